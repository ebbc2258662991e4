//! The door over HTTP: cookies, forms, redirects; each rule seen from a browser's side.

use std::rc::Rc;
use std::sync::Arc;

use actix_web::body::MessageBody;
use actix_web::cookie::Cookie;
use actix_web::dev::ServiceResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::{App, test, web};
use chrono::Duration;
use futures_util::future::LocalBoxFuture;
use oplata::base::clock::{Clock, ManualClock};
use oplata::base::config::Settings;
use oplata::db::migrate;
use oplata::domain::staff::{NewStaff, Role, accounts, passwords, totp};
use oplata::web::staff::{Desk, configure, routes};

const EMAIL: &str = "anna@shop.example";
const NOBODY: &str = "0193a1b2-0000-7000-8000-000000000000";
const PASSWORD: &str = "верная лошадь батарея";

struct Stand {
    desk: Desk,
    context: Arc<oplata::context::Context>,
    clock: Arc<ManualClock>,
    _folder: tempfile::TempDir,
}

impl Stand {
    async fn new(role: Role, public_url: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("staff.db").display());
        migrate::migrate(&url).unwrap();
        let start = chrono::NaiveDate::from_ymd_opt(2026, 11, 24).unwrap().and_hms_opt(9, 0, 0).unwrap();
        let clock = Arc::new(ManualClock::new(start));
        let mut settings = Settings::default();
        settings.server.public_url = public_url.to_owned();
        settings.database.url = oplata::base::Secret::new(url);
        settings.links.key = oplata::base::Secret::new("0123456789abcdef0123456789abcdef");
        let parts = oplata::app::Parts { clock: Some(clock.clone()), mailer: None };
        let context = settings.clone();
        let context = tokio::task::spawn_blocking(move || oplata::app::context(context, parts)).await.unwrap().unwrap();
        let desk = Desk::new(context.db.clone(), clock.clone(), &settings);
        let new = NewStaff {
            email: EMAIL.into(),
            name: "Анна Крылова".into(),
            role,
            password_hash: passwords::hash(PASSWORD).unwrap(),
        };
        let now = clock.now();
        desk.db.write(move |c| accounts::add(c, &new, "test", now)).await.unwrap();
        Self { desk, context: Arc::new(context), clock, _folder: folder }
    }
}

type Call = Box<dyn Fn(test::TestRequest) -> LocalBoxFuture<'static, (Seen, Vec<Cookie<'static>>)>>;

/// What a browser keeps and sends.
struct Browser {
    call: Call,
    cookies: Vec<Cookie<'static>>,
    agent: Vec<(&'static str, &'static str)>,
}

struct Seen {
    status: StatusCode,
    to: String,
    body: String,
    set: Vec<String>,
}

impl Seen {
    fn field(&self, name: &str) -> String {
        let after = self.body.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap_or_default();
        after.split('"').next().unwrap_or_default().to_owned()
    }
}

impl Browser {
    async fn at(stand: &Stand) -> Self {
        let app = App::new()
            .app_data(web::Data::new(stand.desk.clone()))
            .app_data(web::Data::from(stand.context.clone()))
            .configure(configure);
        let app = Rc::new(test::init_service(app).await);
        let call: Call = Box::new(move |request| {
            let app = app.clone();
            Box::pin(async move { seen(test::call_service(&*app, request.to_request()).await).await })
        });
        Self { call, cookies: Vec::new(), agent: Vec::new() }
    }

    async fn get(&mut self, path: &str) -> Seen {
        self.send(test::TestRequest::get().uri(path)).await
    }

    async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Seen {
        self.send(test::TestRequest::post().uri(path).set_form(fields)).await
    }

    async fn send(&mut self, mut request: test::TestRequest) -> Seen {
        for cookie in &self.cookies {
            request = request.cookie(cookie.clone());
        }
        for header in &self.agent {
            request = request.insert_header(*header);
        }
        let (seen, fresh) = (self.call)(request).await;
        for cookie in fresh {
            self.cookies.retain(|known| known.name() != cookie.name());
            if !cookie.value().is_empty() {
                self.cookies.push(cookie);
            }
        }
        seen
    }

    async fn login(&mut self, password: &str, next: &str) -> Seen {
        let csrf = self.get("/staff/login").await.field("csrf");
        self.post("/staff/login", &[("csrf", &csrf), ("email", EMAIL), ("password", password), ("next", next)]).await
    }
}

async fn seen<B: MessageBody>(response: ServiceResponse<B>) -> (Seen, Vec<Cookie<'static>>) {
    let fresh: Vec<Cookie<'static>> = response.response().cookies().map(Cookie::into_owned).collect();
    let set = fresh.iter().map(ToString::to_string).collect();
    let to = response.headers().get(LOCATION).map(|to| to.to_str().unwrap().to_owned()).unwrap_or_default();
    let status = response.status();
    let body = String::from_utf8(test::read_body(response).await.to_vec()).unwrap();
    (Seen { status, to, body, set }, fresh)
}

#[actix_web::test]
async fn a_manager_comes_in_works_and_leaves() {
    let stand = Stand::new(Role::Manager, "https://pay.shop.example").await;
    let mut browser = Browser::at(&stand).await;
    let asked = browser.get("/staff/account?tab=1").await;
    assert_eq!(asked.to, "/staff/login?next=%2Fstaff%2Faccount%3Ftab%3D1");
    let inside = browser.login(PASSWORD, "/staff/account?tab=1").await;
    assert_eq!((inside.status, inside.to.as_str()), (StatusCode::SEE_OTHER, "/staff/account?tab=1"));
    let session = inside.set.iter().find(|cookie| cookie.starts_with("__Host-oplata=")).unwrap();
    for attribute in ["HttpOnly", "Secure", "SameSite=Lax", "Path=/"] {
        assert!(session.contains(attribute), "{session}");
    }
    assert!(!session.contains("Domain"), "a host cookie has no domain");
    let account = browser.get("/staff/account").await;
    assert!(account.body.contains("Анна Крылова") && account.body.contains("этот вход"));
    let old = browser.cookies.clone();
    let left = browser.post("/staff/logout", &[("csrf", &account.field("csrf"))]).await;
    assert_eq!(left.to, "/staff/login");
    browser.cookies = old;
    assert_eq!(browser.get("/staff/account").await.status, StatusCode::SEE_OTHER, "the old token is dead");
}

#[actix_web::test]
async fn on_a_loopback_stand_the_cookie_does_without_tls() {
    let stand = Stand::new(Role::Manager, "http://127.0.0.1:8080").await;
    let inside = Browser::at(&stand).await.login(PASSWORD, "").await;
    assert!(inside.set.iter().any(|cookie| cookie.starts_with("oplata=") && !cookie.contains("Secure")));
}

#[actix_web::test]
async fn a_wrong_password_is_401_and_the_sixth_429() {
    let stand = Stand::new(Role::Manager, "https://pay.shop.example").await;
    let mut browser = Browser::at(&stand).await;
    for _ in 0..5 {
        let refused = browser.login("не тот пароль", "").await;
        assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
        assert!(refused.body.contains("Почта или пароль не подошли") && !refused.body.contains("не тот пароль"));
    }
    assert_eq!(browser.login(PASSWORD, "").await.status, StatusCode::TOO_MANY_REQUESTS);
    stand.clock.advance(Duration::seconds(31));
    assert_eq!(browser.login(PASSWORD, "").await.status, StatusCode::SEE_OTHER);
}

#[actix_web::test]
async fn no_way_leads_out_of_the_house() {
    let stand = Stand::new(Role::Manager, "https://pay.shop.example").await;
    assert_eq!(Browser::at(&stand).await.login(PASSWORD, "https://evil.example/").await.to, "/staff/orders");
}

#[actix_web::test]
async fn every_changing_address_wants_its_own_token_and_our_page() {
    let stand = Stand::new(Role::Manager, "https://pay.shop.example").await;
    let (mut mine, mut other) = (Browser::at(&stand).await, Browser::at(&stand).await);
    mine.login(PASSWORD, "").await;
    other.login(PASSWORD, "").await;
    let foreign = other.get("/staff/account").await.field("csrf");
    let right = mine.get("/staff/account").await.field("csrf");
    let fields = |csrf: &str| -> Vec<(String, String)> {
        let rest = [("email", EMAIL), ("password", "x"), ("code", "1"), ("current", "x"), ("fresh", "x"), ("next", "")];
        let rest = rest.map(|(name, value)| (name.to_owned(), value.to_owned()));
        rest.into_iter().chain([("csrf".to_owned(), csrf.to_owned())]).collect()
    };
    for path in routes::CHANGING {
        let path = path.replace("{id}", NOBODY).replace("{guid}", NOBODY);
        for csrf in ["", "0123456789abcdef", foreign.as_str()] {
            let request = test::TestRequest::post().uri(&path).set_form(fields(csrf));
            assert_eq!(mine.send(request).await.status, StatusCode::FORBIDDEN, "{path} with «{csrf}»");
        }
        for header in [("Sec-Fetch-Site", "cross-site"), ("Origin", "https://evil.example")] {
            let request = test::TestRequest::post().uri(&path).insert_header(header).set_form(fields(&right));
            assert_eq!(mine.send(request).await.status, StatusCode::FORBIDDEN, "{path} with {header:?}");
        }
    }
    assert_eq!(mine.get("/staff/account").await.status, StatusCode::OK, "and nothing was done");
}

#[actix_web::test]
async fn an_accountant_sets_the_second_step_up_and_uses_it() {
    let stand = Stand::new(Role::Accountant, "https://pay.shop.example").await;
    let mut browser = Browser::at(&stand).await;
    assert_eq!(browser.login(PASSWORD, "").await.to, "/staff/enrol");
    assert_eq!(browser.get("/staff/account").await.to, "/staff/enrol", "nothing else before it");
    let offered = browser.get("/staff/enrol").await;
    let key = offered.body.split("class=\"secret\">").nth(1).unwrap().split('<').next().unwrap().replace(' ', "");
    let secret = oplata::base::Secret::new(key);
    let csrf = offered.field("csrf");
    let wrong = browser.post("/staff/enrol", &[("csrf", &csrf), ("code", "000000")]).await;
    assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
    let code = totp::code_at(&secret, stand.clock.now()).unwrap();
    let done = browser.post("/staff/enrol", &[("csrf", &csrf), ("code", &code)]).await;
    assert_eq!(done.status, StatusCode::OK);
    let recovery = done.body.split("<li>").nth(1).unwrap().split('<').next().unwrap().to_owned();
    assert_eq!(browser.get("/staff/account").await.status, StatusCode::OK);

    let mut later = Browser::at(&stand).await;
    assert_eq!(later.login(PASSWORD, "/staff/account").await.to, "/staff/code?next=%2Fstaff%2Faccount");
    assert_eq!(later.get("/staff/account").await.to, "/staff/code");
    assert_eq!(later.get("/staff/enrol").await.to, "/staff/code", "no new step instead of the old one");
    let csrf = later.get("/staff/code?next=/staff/account").await.field("csrf");
    let used = later.post("/staff/code", &[("csrf", &csrf), ("code", &code)]).await;
    assert_eq!(used.status, StatusCode::UNAUTHORIZED, "the code of the set-up is spent");
    let stood_in = [("csrf", csrf.as_str()), ("recovery", recovery.as_str()), ("next", "/staff/account")];
    assert_eq!(later.post("/staff/code", &stood_in).await.to, "/staff/account");
    assert!(later.get("/staff/account").await.body.contains("запасных кодов: <b>9</b>"));
}

#[actix_web::test]
async fn a_new_password_wants_the_old_one_and_ends_other_sessions() {
    let stand = Stand::new(Role::Manager, "https://pay.shop.example").await;
    let (mut here, mut there) = (Browser::at(&stand).await, Browser::at(&stand).await);
    here.login(PASSWORD, "").await;
    there.login(PASSWORD, "").await;
    let csrf = here.get("/staff/account").await.field("csrf");
    let mut changes = Vec::new();
    for (current, fresh) in
        [("не тот", "новая длинная фраза"), (PASSWORD, "коротко"), (PASSWORD, "новая длинная фраза")]
    {
        let fields = [("csrf", csrf.as_str()), ("current", current), ("fresh", fresh)];
        changes.push(here.post("/staff/account/password", &fields).await.status.as_u16());
    }
    assert_eq!(changes, [422, 422, 303]);
    assert_eq!(here.get("/staff/account").await.status, StatusCode::OK);
    assert_eq!(there.get("/staff/account").await.status, StatusCode::SEE_OTHER);
    assert_eq!(Browser::at(&stand).await.login("новая длинная фраза", "").await.status, StatusCode::SEE_OTHER);
}

#[actix_web::test]
async fn own_sessions_are_ended_from_the_list() {
    let stand = Stand::new(Role::Manager, "https://pay.shop.example").await;
    let (mut here, mut there) = (Browser::at(&stand).await, Browser::at(&stand).await);
    there.agent = vec![("User-Agent", "Mozilla/5.0 (iPhone) Safari/605")];
    here.login(PASSWORD, "").await;
    there.login(PASSWORD, "").await;
    let account = here.get("/staff/account").await;
    assert!(account.body.contains("Safari, iPhone"));
    let action = account.body.split("/staff/account/sessions/").find(|part| part.contains("/end\"") && part.len() > 40);
    let id = action.unwrap().split('/').next().unwrap();
    assert_eq!(id.len(), 36, "the other session's row");
    let path = format!("/staff/account/sessions/{id}/end");
    assert_eq!(here.post(&path, &[("csrf", &account.field("csrf"))]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(there.get("/staff/account").await.status, StatusCode::SEE_OTHER);
    assert_eq!(here.get("/staff/account").await.status, StatusCode::OK);
}
