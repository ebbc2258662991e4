//! A hand between the portal and its provider that changes answers on their way: what an honest emulator never says.

use std::sync::{Arc, Mutex};

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use serde_json::Value;

type Change = Box<dyn Fn(&mut Value) + Send>;

#[derive(Default)]
struct Hand {
    target: String,
    change: Option<Change>,
}

#[derive(Clone)]
pub struct Meddler {
    pub api_url: String,
    hand: Arc<Mutex<Hand>>,
    http: reqwest::Client,
}

impl Meddler {
    pub fn start() -> Self {
        oplata::app::install_tls();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let api_url = format!("http://{}/v3", listener.local_addr().unwrap());
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let meddler = Self { api_url, hand: Arc::default(), http };
        let given = web::Data::new(meddler.clone());
        let server = HttpServer::new(move || App::new().app_data(given.clone()).default_service(web::to(pass)))
            .workers(1)
            .disable_signals()
            .listen(listener)
            .unwrap();
        tokio::spawn(server.run());
        meddler
    }

    /// Where the honest provider is, without `/v3`.
    pub fn forward_to(&self, api_url: &str) {
        api_url.trim_end_matches("/v3").clone_into(&mut self.hand.lock().unwrap().target);
    }

    /// Changes every answer from now on.
    pub fn change(&self, change: impl Fn(&mut Value) + Send + 'static) {
        self.hand.lock().unwrap().change = Some(Box::new(change));
    }
}

async fn pass(request: HttpRequest, body: web::Bytes, meddler: web::Data<Meddler>) -> HttpResponse {
    let target = meddler.hand.lock().unwrap().target.clone();
    let method = reqwest::Method::from_bytes(request.method().as_str().as_bytes()).unwrap();
    let mut onward = meddler.http.request(method, format!("{target}{}", request.uri())).body(body);
    for name in ["authorization", "idempotence-key", "content-type"] {
        if let Some(value) = request.headers().get(name) {
            onward = onward.header(name, value.to_str().unwrap());
        }
    }
    let answer = onward.send().await.unwrap();
    let status = actix_web::http::StatusCode::from_u16(answer.status().as_u16()).unwrap();
    let mut value: Value = answer.json().await.unwrap();
    if let Some(change) = &meddler.hand.lock().unwrap().change {
        change(&mut value);
    }
    HttpResponse::build(status).json(value)
}
