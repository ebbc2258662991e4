//! `/1c/exchange`: the protocol of «Обмен с сайтом», as an untouched УТ 11 speaks it. Answers are text whose first line
//! decides; they are never empty, never 429, and never end in a line feed that УТ could count as a line.

use actix_web::http::StatusCode;
use actix_web::http::header::{AUTHORIZATION, CONTENT_TYPE, SET_COOKIE, WWW_AUTHENTICATE};
use actix_web::{HttpRequest, HttpResponse, web};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;
use std::time::Duration;

use super::{Site, failure, onec};
use crate::base::{Error, Result};
use crate::context::Context;
use crate::gateways::onec::commerceml_out::AnswerEncoding;
use crate::workflows::exchange::stock::{self, FileName, FileState, Report, Sessid, Session};
use crate::workflows::exchange::{self as workflow, Exchange};

/// The cookie's name: line 2 of the answer to `checkauth`.
const COOKIE: &str = "onec_sid";
/// How long a wrong password waits once there were too many: slower, never locked out.
const SLOW: Duration = Duration::from_secs(2);
/// How often a held answer looks at the file.
const LOOK: Duration = Duration::from_millis(100);

/// The address, its spelling with a slash, and the one that 1C fills in when none is given.
pub fn configure(config: &mut web::ServiceConfig) {
    for path in ["/1c/exchange", "/bitrix/admin/1c_exchange.php"] {
        for path in [path.to_owned(), format!("{path}/")] {
            config.service(web::resource(path).route(web::get().to(serve)).route(web::post().to(serve)));
        }
    }
}

/// What a request asks for; parameters that nobody knows are passed over.
#[derive(Debug, Default)]
struct Ask {
    kind: String,
    mode: String,
    filename: String,
    sessid: String,
    version: bool,
}

impl Ask {
    fn read(query: &str) -> Self {
        let mut ask = Self::default();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "type" => ask.kind = value.trim().to_lowercase(),
                "mode" => ask.mode = value.trim().to_lowercase(),
                "filename" => ask.filename = value.into_owned(),
                "sessid" => ask.sessid = value.into_owned(),
                "version" => ask.version = true,
                _ => {}
            }
        }
        ask
    }

    fn sessid(&self) -> Sessid<'_> {
        if self.sessid.is_empty() { Sessid::Absent } else { Sessid::Given(&self.sessid) }
    }
}

async fn serve(
    request: HttpRequest,
    context: web::Data<Context>,
    site: web::Data<Site>,
    body: web::Payload,
) -> HttpResponse {
    let ask = Ask::read(request.query_string());
    let outcome = match admit(&request, &context, &site, &ask).await {
        Ok(Ok(session)) => answer(&context, &session, &ask, body).await,
        Ok(Err(refusal)) => return refusal,
        Err(error) => Err(error),
    };
    let answer = outcome.unwrap_or_else(|error| {
        failure::log(&error);
        Answer::text(format!("failure\n{}", failure::message(&error)))
    });
    keep(&request, &context, &answer).await;
    answer.into_response()
}

/// An answer before it is bytes.
struct Answer {
    body: Vec<u8>,
    content_type: String,
    cookie: Option<String>,
    /// For the technician; nothing when it is not worth a line.
    verdict: Option<String>,
}

impl Answer {
    fn text(text: String) -> Self {
        let verdict = Some(text.replace('\n', ": "));
        Self { body: text.into_bytes(), content_type: "text/plain; charset=utf-8".to_owned(), cookie: None, verdict }
    }

    fn unremarkable(text: String) -> Self {
        Self { verdict: None, ..Self::text(text) }
    }

    fn into_response(self) -> HttpResponse {
        let mut builder = HttpResponse::Ok();
        builder.insert_header((CONTENT_TYPE, self.content_type));
        if let Some(cookie) = self.cookie {
            builder.insert_header((SET_COOKIE, cookie));
        }
        builder.body(self.body)
    }
}

/// The session of a request, or why it has none. Basic or a living cookie, either is enough.
async fn admit(
    request: &HttpRequest,
    context: &Context,
    site: &Site,
    ask: &Ask,
) -> Result<std::result::Result<Session, HttpResponse>> {
    let client = site.proxies.client(request);
    let basic = onec::is_onec(request, context);
    let address = basic.then(|| client.to_string());
    let cookie = request.cookie(COOKIE).map(|cookie| cookie.value().trim().to_owned());
    match stock::admit(context, cookie.as_deref(), address.as_deref()).await? {
        Some(session) if session.allows(ask.sessid()) => Ok(Ok(session)),
        Some(_) => Ok(Err(refusal(StatusCode::OK, "Неверный sessid: начните обмен заново"))),
        None => {
            if request.headers().contains_key(AUTHORIZATION) {
                if site.rates.onec_misses.count(&client).is_err() {
                    tokio::time::sleep(SLOW).await;
                }
                return Ok(Err(refusal(StatusCode::UNAUTHORIZED, "Логин или пароль обмена не подходят")));
            }
            let message =
                "Нет ни заголовка Authorization, ни живого сеанса: прокси срезает заголовок или логин не задан";
            Ok(Err(refusal(StatusCode::UNAUTHORIZED, message)))
        }
    }
}

fn refusal(status: StatusCode, message: &str) -> HttpResponse {
    let mut builder = HttpResponse::build(status);
    if status == StatusCode::UNAUTHORIZED {
        builder.insert_header((WWW_AUTHENTICATE, "Basic realm=\"1c\", charset=\"UTF-8\""));
    }
    builder.insert_header((CONTENT_TYPE, "text/plain; charset=utf-8"));
    builder.body(format!("failure\n{message}"))
}

async fn answer(context: &web::Data<Context>, session: &Session, ask: &Ask, body: web::Payload) -> Result<Answer> {
    let catalog = match ask.kind.as_str() {
        "sale" => false,
        "catalog" => true,
        other => return Ok(Answer::text(format!("failure\nНеизвестный вид обмена «{}»", short(other)))),
    };
    match ask.mode.as_str() {
        "checkauth" => checkauth(context).await,
        "init" => init(context, session, ask, catalog).await,
        "file" if catalog => swallow(body).await,
        "file" => file(context, session, ask, body).await,
        "import" if catalog => Ok(Answer::unremarkable("success".to_owned())),
        "import" => import(context, session, ask).await,
        "query" if !catalog => query(context, session).await,
        "success" if !catalog => {
            let count = stock::success(context, session).await?;
            Ok(Answer {
                verdict: Some(format!("подтверждено заказов: {count}")), ..Answer::text("success".to_owned())
            })
        }
        "deactivate" | "complete" => Ok(Answer::unremarkable("success".to_owned())),
        other => Ok(Answer::text(format!("failure\nНеизвестный режим «{}»", short(other)))),
    }
}

fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(80).collect()
}

async fn checkauth(context: &Context) -> Result<Answer> {
    let token = stock::checkauth(context).await?;
    let cookie = format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict");
    let answer = Answer::unremarkable(format!("success\n{COOKIE}\n{token}"));
    Ok(Answer { cookie: Some(cookie), verdict: Some("сеанс открыт".to_owned()), ..answer })
}

/// Two lines for УТ, which counts them; four for those that say `version`.
async fn init(context: &Context, session: &Session, ask: &Ask, catalog: bool) -> Result<Answer> {
    if !catalog {
        stock::begin(context, session).await?;
    }
    let zip = if context.settings.onec.zip { "yes" } else { "no" };
    let mut text = format!("zip={zip}\nfile_limit={}", context.settings.limits.exchange_part_bytes);
    if ask.version {
        let sessid = stock::issue_sessid(context, session).await?;
        text = format!("{text}\nsessid={sessid}\nversion=2.09");
    }
    Ok(Answer::unremarkable(text))
}

/// A catalogue is nothing to us: its bytes are read and forgotten, so that a node with goods exchange does not fail.
async fn swallow(mut body: web::Payload) -> Result<Answer> {
    while let Some(piece) = body.next().await {
        piece.map_err(|error| Error::Unavailable(format!("тело запроса оборвалось: {error}")))?;
    }
    Ok(Answer::unremarkable("success".to_owned()))
}

async fn file(context: &web::Data<Context>, session: &Session, ask: &Ask, body: web::Payload) -> Result<Answer> {
    let name = FileName::read(&ask.filename)?;
    let most = usize::try_from(context.settings.limits.exchange_part_bytes).unwrap_or(usize::MAX);
    let part = read_part(body, most).await?;
    let size = part.len();
    let report = stock::append(context, session, &name, part).await?;
    if report.state != FileState::Ready {
        return Ok(Answer { verdict: None, ..Answer::text("success".to_owned()) });
    }
    // Whole: read now, whether or not `import` is ever asked for. `progress` would be an error here.
    let report = read_file(context, session, &name, &report).await?;
    let text = match report.state {
        FileState::Done | FileState::Failed => report.answer(),
        _ => "success".to_owned(),
    };
    let verdict = Some(format!("{} байт; {}", size, text.replace('\n', ": ")));
    Ok(Answer { verdict, ..Answer::text(text) })
}

async fn read_part(mut body: web::Payload, most: usize) -> Result<Bytes> {
    let mut part = BytesMut::new();
    let mut size = 0;
    while let Some(piece) = body.next().await {
        let piece = piece.map_err(|error| Error::Unavailable(format!("тело запроса оборвалось: {error}")))?;
        size += piece.len();
        // The rest is read and dropped: an answer before the end of the body is lost on some clients.
        if size <= most {
            part.extend_from_slice(&piece);
        }
        if size > most.saturating_mul(16) {
            break;
        }
    }
    if size > most {
        return Err(Error::invalid("file", format!("Часть файла больше file_limit ({most} байт)")));
    }
    if part.is_empty() {
        return Err(Error::invalid("file", "Пришло пустое тело вместо части файла"));
    }
    Ok(part.freeze())
}

async fn import(context: &web::Data<Context>, session: &Session, ask: &Ask) -> Result<Answer> {
    let name = FileName::read(&ask.filename)?;
    let report = stock::find_report(context, session, &name).await?;
    if report.state == FileState::Receiving {
        stock::ready(context, &report.id).await?;
    }
    let report = read_file(context, session, &name, &report).await?;
    let text = report.answer();
    let over = matches!(report.state, FileState::Done | FileState::Failed);
    Ok(if over { Answer::text(text) } else { Answer::unremarkable(text) })
}

/// Has the file read in the background and holds the answer a little: 1C asks again at once, without a pause.
async fn read_file(
    context: &web::Data<Context>,
    session: &Session,
    name: &FileName,
    report: &Report,
) -> Result<Report> {
    if !matches!(report.state, FileState::Done | FileState::Failed) {
        let (worker, id) = (context.clone().into_inner(), report.id.clone());
        tokio::spawn(async move {
            if let Err(error) = stock::import_file(&worker, &id).await {
                tracing::error!(%error, "exchange file not read");
            }
        });
    }
    let until = tokio::time::Instant::now() + Duration::from_secs(u64::from(context.settings.intervals.exchange_poll));
    loop {
        let now = stock::find_report(context, session, name).await?;
        if matches!(now.state, FileState::Done | FileState::Failed) || tokio::time::Instant::now() >= until {
            return Ok(now);
        }
        tokio::time::sleep(LOOK).await;
    }
}

async fn query(context: &Context, session: &Session) -> Result<Answer> {
    let body = stock::query(context, session).await?;
    let encoding = AnswerEncoding::of(context.settings.onec.answer_encoding.as_deref());
    Ok(Answer {
        verdict: Some(format!("отдано байт: {}", body.len())),
        body,
        content_type: format!("application/xml; charset={}", encoding.name()),
        cookie: None,
    })
}

/// Keeps the exchange for the technician; tokens stay out.
async fn keep(request: &HttpRequest, context: &Context, answer: &Answer) {
    let Some(verdict) = &answer.verdict else { return };
    let ask = Ask::read(request.query_string());
    let exchange = Exchange {
        road: "stock",
        request: format!(
            "{} {}?type={}&mode={}&filename={}",
            request.method(),
            request.path(),
            short(&ask.kind),
            short(&ask.mode),
            short(&ask.filename)
        ),
        body: String::new(),
        status: 200,
        answer: if ask.mode == "checkauth" { "success".to_owned() } else { head(&answer.body) },
        verdict: verdict.clone(),
    };
    if let Err(error) = workflow::keep(context, exchange).await {
        tracing::error!(%error, "exchange not logged");
    }
}

fn head(body: &[u8]) -> String {
    String::from_utf8_lossy(body).chars().take(2_000).collect()
}
