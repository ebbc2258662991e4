//! The command line as a technician meets it: the binary itself, its words and its exit codes.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use crate::common::db::TestDb;

/// An installation in a folder of its own.
struct House {
    folder: tempfile::TempDir,
    url: String,
    _database: Option<TestDb>,
}

const PASSWORD: &str = "exchange-password-of-24-chars";

impl House {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("oplata.sqlite3").display());
        Self { folder, url, _database: None }
    }

    fn on(database: TestDb) -> Self {
        let url = database.url.clone();
        Self { folder: tempfile::tempdir().unwrap(), url, _database: Some(database) }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_oplata"));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env("OPLATA__DATABASE__URL", &self.url)
            .env("OPLATA__LINKS__KEY", "a-link-key-of-more-than-32-characters")
            .env("OPLATA__ONEC__USER", "onec")
            .env("OPLATA__ONEC__PASSWORD", PASSWORD);
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs a command that must succeed; answers what it said.
    fn says(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
        text(&output.stdout)
    }

    /// Runs a command that must fail with code 1; answers why.
    fn refuses(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {}", text(&output.stdout));
        format!("{}{}", text(&output.stdout), text(&output.stderr))
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A portal of its own on a free port, ended with this value.
struct Served {
    child: Child,
    address: String,
}

impl Served {
    fn start(house: &House) -> Self {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let address = format!("127.0.0.1:{port}");
        let mut command = house.command(&["serve"]);
        command
            .env("OPLATA__SERVER__LISTEN", &address)
            .env("OPLATA__SERVER__PUBLIC_URL", format!("http://{address}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let child = command.spawn().unwrap();
        let began = Instant::now();
        while std::net::TcpStream::connect(&address).is_err() {
            assert!(began.elapsed() < Duration::from_secs(30), "the portal does not listen");
            std::thread::sleep(Duration::from_millis(20));
        }
        Self { child, address }
    }

    fn stop(mut self) -> Option<i32> {
        terminate(&self.child);
        self.child.wait().unwrap().code()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

pub fn terminate(child: &Child) {
    let asked = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert!(asked.success());
}

#[test]
fn net_1_the_open_door_is_refused_with_a_reason() {
    let house = House::new();
    let mut command = house.command(&["serve"]);
    command.env("OPLATA__SERVER__LISTEN", "0.0.0.0:0").env("OPLATA__SERVER__PUBLIC_URL", "https://pay.example.ru");
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("behind_proxy"), "{}", text(&output.stderr));
    assert!(house.refuses(&["serve"]).contains("server.public_url"));
}

#[cfg(unix)]
#[test]
fn sec_1_a_key_file_open_to_others_stops_every_command() {
    use std::os::unix::fs::PermissionsExt as _;
    let house = House::new();
    let key = house.path("key");
    std::fs::write(&key, "s3cret-s3cret-s3cret-s3cret-s3cret").unwrap();
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    let output = house.command(&["migrate"]).env("OPLATA__LINKS__KEY_FILE", &key).output().unwrap();
    let why = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1));
    assert!(why.contains("links.key_file") && !why.contains("s3cret"), "{why}");
}

#[test]
fn a_misspelt_command_is_code_2_and_a_missing_database_is_code_1() {
    let house = House::new();
    assert_eq!(house.run(&["serv"]).status.code(), Some(2));
    assert!(house.refuses(&["staff", "list"]).contains("oplata migrate"));
    assert!(!house.path("oplata.sqlite3").exists(), "looking makes no database");
}

#[test]
fn people_come_in_by_the_command_line() {
    let house = House::new();
    house.says(&["migrate"]);
    let said = house.says(&["staff", "add", "--email", "Boss@Example.ru", "--role", "admin", "--totp"]);
    assert!(said.contains("otpauth://totp/") && said.contains("запасные коды"), "{said}");
    assert!(house.refuses(&["staff", "add", "--email", "boss@example.ru", "--role", "head"]).contains("уже есть"));
    assert!(house.refuses(&["staff", "add", "--email", "x@example.ru", "--role", "boss"]).contains("chief_accountant"));
    let list = house.says(&["staff", "list"]);
    assert!(list.contains("boss@example.ru") && list.contains("второй шаг есть"), "{list}");
    let again = house.says(&["staff", "reset", "--email", "boss@example.ru"]);
    let password = |said: &str| said.lines().find_map(|line| line.split_once("покажем): ")).map(|it| it.1.to_owned());
    assert!(password(&again).is_some() && password(&again) != password(&said));
}

#[test]
fn check_masks_secrets_and_says_what_to_do() {
    let house = House::new();
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut command = house.command(&["check"]);
    command
        .env("OPLATA__SERVER__PUBLIC_URL", format!("http://{nobody}"))
        .env("OPLATA__SERVER__LISTEN", nobody.to_string())
        .env("OPLATA__PROVIDERS__YOOKASSA__SHOP_ID", "100500")
        .env("OPLATA__PROVIDERS__YOOKASSA__SECRET_KEY", "test_hidden_key")
        .env("OPLATA__PROVIDERS__YOOKASSA__API_URL", format!("http://{nobody}/v3"));
    let output = command.output().unwrap();
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("✗ Yookassa: не отвечает") && said.contains("Нетронутая УТ 11"), "{said}");
    for secret in [PASSWORD, "test_hidden_key", "a-link-key-of"] {
        assert!(!said.contains(secret), "{said}");
    }
}

#[test]
fn check_sees_that_notifications_reach_the_portal() {
    let house = House::new();
    let served = Served::start(&house);
    let mut command = house.command(&["check", "--books"]);
    command
        .env("OPLATA__SERVER__LISTEN", &served.address)
        .env("OPLATA__SERVER__PUBLIC_URL", format!("http://{}", served.address));
    let said = text(&command.output().unwrap().stdout);
    assert!(said.contains("ведёт на портал") && said.contains("Книги сходятся"), "{said}");
    assert_eq!(served.stop(), Some(0), "SIGTERM is an orderly end");
}

/// Complaint 9: an address that redirects loses every notification.
#[tokio::test(flavor = "multi_thread")]
async fn check_names_the_redirect_that_would_lose_notifications() {
    use actix_web::{App, HttpResponse, HttpServer, web};
    let moved =
        || async { HttpResponse::MovedPermanently().insert_header(("Location", "https://www.shop.ru/")).finish() };
    let server = HttpServer::new(move || App::new().default_service(web::to(moved))).workers(1).disable_signals();
    let server = server.bind("127.0.0.1:0").unwrap();
    let address = server.addrs()[0].to_string();
    tokio::spawn(server.run());
    let house = House::new();
    let mut command = house.command(&["check"]);
    command
        .env("OPLATA__SERVER__LISTEN", &address)
        .env("OPLATA__SERVER__PUBLIC_URL", format!("http://{address}"))
        .env("OPLATA__PROVIDERS__YOOKASSA__SECRET_KEY", "test_key")
        .env("OPLATA__PROVIDERS__YOOKASSA__SHOP_ID", "1")
        .env("OPLATA__PROVIDERS__YOOKASSA__API_URL", format!("http://{address}/v3"));
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1));
    assert!(said.contains("переадресует на https://www.shop.ru/"), "{said}");
}

#[test]
fn sec_6_a_copy_made_at_work_is_proved_and_restored_without_sending() {
    back_and_forth(&House::new());
}

#[test]
fn sec_6_the_same_on_postgres() {
    let Some(database) = TestDb::bare_postgres("sec_6_the_same_on_postgres") else { return };
    if Command::new("pg_dump").arg("--version").output().is_err() {
        eprintln!("SKIPPED sec_6_the_same_on_postgres: pg_dump is not installed");
        return;
    }
    back_and_forth(&House::on(database));
}

fn back_and_forth(house: &House) {
    house.says(&["migrate"]);
    house.says(&["staff", "add", "--email", "boss@example.ru", "--role", "admin"]);
    let served = Served::start(house);
    let made = house.says(&["backup", "books.copy"]);
    assert!(made.contains("персональные данные"), "{made}");
    let again = house.refuses(&["backup", "books.copy"]);
    assert!(again.contains("уже есть"), "{again}");
    assert_eq!(served.stop(), Some(0));
    assert!(house.says(&["restore", "--check", "books.copy"]).contains("Копия цела"));
    private_and_without_keys(&house.path("books.copy"));

    house.says(&["staff", "add", "--email", "later@example.ru", "--role", "head"]);
    assert!(house.refuses(&["restore", "books.copy"]).contains("--force"));
    house.says(&["restore", "--force", "books.copy"]);
    let people = house.says(&["staff", "list"]);
    assert!(people.contains("boss@example.ru") && !people.contains("later@example.ru"), "{people}");
    assert!(house.says(&["outbox", "status"]).contains("Отправка остановлена"));
    house.says(&["outbox", "resume"]);
    assert!(house.says(&["outbox", "status"]).contains("Отправка идёт"));

    let mut spoilt = std::fs::read(house.path("books.copy")).unwrap();
    let middle = spoilt.len() / 2;
    spoilt[middle] ^= 1;
    std::fs::write(house.path("books.copy"), spoilt).unwrap();
    assert!(house.refuses(&["restore", "--check", "books.copy"]).contains("испорчена"));
    assert!(house.refuses(&["restore", "--force", "books.copy"]).contains("испорчена"));
    assert!(house.says(&["staff", "list"]).contains("boss@example.ru"), "a spoilt copy replaces nothing");
}

fn private_and_without_keys(copy: &Path) {
    let manifest = format!("{}.manifest.json", copy.display());
    for file in [copy.display().to_string(), manifest] {
        let bytes = std::fs::read(&file).unwrap();
        for secret in [PASSWORD, "a-link-key-of-more-than-32-characters"] {
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "{file} holds a secret");
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o077, 0, "{file}");
        }
    }
}

#[test]
fn the_journal_is_verified_and_a_changed_row_is_named() {
    let house = House::new();
    house.says(&["migrate"]);
    house.says(&["staff", "add", "--email", "boss@example.ru", "--role", "admin"]);
    // Fresh rows wait before they are sealed: these are made old.
    forge(&house, "UPDATE journal SET at = '2026-01-01 00:00:00.000000'");
    let served = Served::start(&house);
    let began = Instant::now();
    while house.says(&["audit", "verify"]).contains("записей 0,") {
        assert!(began.elapsed() < Duration::from_secs(10), "nothing sealed");
    }
    served.stop();
    forge(&house, "UPDATE journal SET actor = 'nobody' WHERE seq = 1");
    let said = house.refuses(&["audit", "verify"]);
    assert!(said.contains("запись № 1"), "{said}");
}

/// Whatever guards the table goes first, as a forger with the file in hand would do it.
fn forge(house: &House, statement: &str) {
    use diesel::RunQueryDsl as _;
    use diesel::connection::SimpleConnection as _;
    #[derive(diesel::QueryableByName)]
    struct Trigger {
        #[diesel(sql_type = diesel::sql_types::Text)]
        name: String,
    }
    let path = house.url.strip_prefix("sqlite://").unwrap();
    let mut connection = <diesel::SqliteConnection as diesel::Connection>::establish(path).unwrap();
    let guards: Vec<Trigger> =
        diesel::sql_query("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'journal'")
            .load(&mut connection)
            .unwrap();
    for guard in guards {
        connection.batch_execute(&format!("DROP TRIGGER \"{}\"", guard.name)).unwrap();
    }
    connection.batch_execute(statement).unwrap();
}
