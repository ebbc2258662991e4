//! The mailbox on HTTP: a list, a letter, its HTML in a cage, its files.

use std::net::SocketAddr;
use std::path::Path;

use actix_web::{App, HttpResponse, HttpServer, web};
use askama::Template;
use serde::Serialize;
use uuid::Uuid;

use super::folder::Folder;
use super::mime::Parsed;
use crate::base::Zone;
use crate::base::texts::date_time;
use crate::emulators::sheet;

/// A running mailbox.
pub struct Running {
    /// Where it listens.
    pub addr: SocketAddr,
    server: actix_web::dev::ServerHandle,
}

impl Running {
    /// `http://127.0.0.1:40123`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// Ends the server.
    pub async fn stop(self) {
        self.server.stop(true).await;
    }
}

/// Shows the letters of `dir`; the folder may appear later.
///
/// # Errors
/// When the address is taken.
pub fn start(listen: &str, dir: &Path) -> std::io::Result<Running> {
    let folder = web::Data::new(Folder::new(dir));
    let server = HttpServer::new(move || App::new().app_data(folder.clone()).configure(routes))
        .workers(1)
        .disable_signals()
        .bind(listen)?;
    let addr = server.addrs().first().copied().ok_or_else(|| std::io::Error::other("порт не открылся"))?;
    let server = server.run();
    let handle = server.handle();
    tokio::spawn(server);
    Ok(Running { addr, server: handle })
}

fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/", web::get().to(list))
        .route("/letters/{id}", web::get().to(letter))
        .route("/letters/{id}/html", web::get().to(html))
        .route("/letters/{id}/files/{nth}", web::get().to(file))
        .route("/_control/letters", web::get().to(control))
        .route("/emulators.css", web::get().to(sheet::css));
}

#[derive(Template)]
#[template(path = "emulators/mailbox/list.html")]
struct ListPage {
    letters: Vec<(Uuid, Parsed)>,
}

#[derive(Template)]
#[template(path = "emulators/mailbox/letter.html")]
struct LetterPage {
    id: Uuid,
    letter: Parsed,
}

/// The letter's date in the shop's usual zone; as it stands if it is none.
fn when(letter: &Parsed) -> String {
    let sent = chrono::DateTime::parse_from_rfc2822(letter.header("Date"));
    sent.map_or_else(|_| letter.header("Date").to_owned(), |at| date_time(Zone::default().local(at.naive_utc())))
}

async fn list(folder: web::Data<Folder>) -> HttpResponse {
    match web::block(move || folder.newest()).await {
        Ok(letters) => sheet::page(&ListPage { letters }),
        Err(error) => HttpResponse::InternalServerError().body(error.to_string()),
    }
}

async fn letter(folder: web::Data<Folder>, id: web::Path<Uuid>) -> HttpResponse {
    match read(folder, *id).await {
        Some(letter) => sheet::page(&LetterPage { id: *id, letter }),
        None => HttpResponse::NotFound().body("Письма нет"),
    }
}

/// The letter's own HTML without script, forms, frames or anything from elsewhere; its links open beside.
async fn html(folder: web::Data<Folder>, id: web::Path<Uuid>) -> HttpResponse {
    const CAGE: &str = "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; \
                        style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'";
    let Some(letter) = read(folder, *id).await else { return HttpResponse::NotFound().body("Письма нет") };
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header(("Content-Security-Policy", CAGE))
        .insert_header(("X-Content-Type-Options", "nosniff"))
        .insert_header(("Referrer-Policy", "no-referrer"))
        .body(letter.html.replacen("<head>", "<head><base target=\"_blank\">", 1))
}

async fn file(folder: web::Data<Folder>, wanted: web::Path<(Uuid, usize)>) -> HttpResponse {
    let (id, nth) = wanted.into_inner();
    let found = read(folder, id).await.and_then(|letter| letter.files.into_iter().nth(nth));
    let Some(file) = found else { return HttpResponse::NotFound().body("Файла нет") };
    let safe = if file.content_type == "application/pdf" { "application/pdf" } else { "application/octet-stream" };
    HttpResponse::Ok()
        .content_type(safe)
        .insert_header(("X-Content-Type-Options", "nosniff"))
        .insert_header(("Content-Security-Policy", "sandbox; default-src 'none'"))
        .insert_header(("Content-Disposition", "attachment"))
        .body(file.bytes)
}

/// A letter for scripts.
#[derive(Serialize)]
struct LetterView {
    id: Uuid,
    to: String,
    subject: String,
    date: String,
    text: String,
    files: Vec<String>,
}

async fn control(folder: web::Data<Folder>) -> HttpResponse {
    let letters = web::block(move || folder.newest()).await.unwrap_or_default();
    let view = |(id, letter): (Uuid, Parsed)| LetterView {
        id,
        to: letter.header("To").to_owned(),
        subject: letter.header("Subject").to_owned(),
        date: letter.header("Date").to_owned(),
        files: letter.files.iter().map(|file| file.name.clone()).collect(),
        text: letter.text,
    };
    HttpResponse::Ok().json(letters.into_iter().map(view).collect::<Vec<_>>())
}

async fn read(folder: web::Data<Folder>, id: Uuid) -> Option<Parsed> {
    web::block(move || folder.letter(id)).await.ok().flatten()
}
