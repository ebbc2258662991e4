//! `oplata demo` from its first line to its last: every story comes true, a visitor pays and sees 1C's number, the books
//! agree, Ctrl-C ends it.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::cli::terminate;

struct Demo {
    child: Child,
    guide: String,
}

impl Demo {
    /// Starts a demo in a folder and reads its guide.
    fn start(folder: &std::path::Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_oplata"))
            .args(["demo", "--listen", "127.0.0.1:0", "--dir"])
            .arg(folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut guide = String::new();
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            let line = line.unwrap();
            guide += &line;
            guide.push('\n');
            if line.contains("Ctrl-C") {
                return Self { child, guide };
            }
        }
        let mut why = String::new();
        std::io::Read::read_to_string(&mut child.stderr.take().unwrap(), &mut why).unwrap();
        child.wait().unwrap();
        panic!("{guide}\n{why}");
    }

    fn links(&self) -> Vec<&str> {
        self.guide.split_whitespace().filter(|word| word.starts_with("http://") && word.contains("/pay/")).collect()
    }

    fn link_of(&self, state: &str) -> &str {
        let line = self.guide.lines().find(|line| line.trim_start().starts_with(state)).unwrap();
        line.split_whitespace().last().unwrap()
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

async fn json(http: &reqwest::Client, url: &str) -> serde_json::Value {
    http.get(url).send().await.unwrap().error_for_status().unwrap().json().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newcomer_pays_and_sees_the_number_of_1c() {
    oplata::app::install_tls();
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("demo");
    let where_to = folder.clone();
    let mut demo = tokio::task::spawn_blocking(move || Demo::start(&where_to)).await.unwrap();
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();

    pays(&http, demo.links()[0]).await;
    every_state_is_there(&http, &demo).await;
    let mut other = Command::new(env!("CARGO_BIN_EXE_oplata"));
    let second = other.args(["demo", "--dir"]).arg(&folder).output().unwrap();
    assert!(String::from_utf8_lossy(&second.stderr).contains("уже идёт"), "one demo in a folder");

    let mut check = Command::new(env!("CARGO_BIN_EXE_oplata"));
    check.args(["check", "--books"]).current_dir(home.path());
    check.env("OPLATA__DATABASE__URL", format!("sqlite://{}", folder.join("oplata.sqlite3").display()));
    let said = String::from_utf8(check.output().unwrap().stdout).unwrap();
    assert!(said.contains("Книги сходятся"), "{said}");

    terminate(&demo.child);
    assert_eq!(demo.child.wait().unwrap().code(), Some(0));
    let log = std::fs::read_to_string(folder.join("oplata.log")).unwrap();
    for trouble in [" ERROR ", " WARN "] {
        assert!(!log.contains(trouble), "{log}");
    }
}

/// What the guide tells a visitor to do.
async fn pays(http: &reqwest::Client, link: &str) {
    let began = Instant::now();
    let pressed = http.post(format!("{link}/start")).form(&[("method", "card")]).send().await.unwrap();
    assert_eq!(pressed.status(), 303);
    let on = http.get(format!("{link}/go")).send().await.unwrap().text().await.unwrap();
    let attribute = on.split('"').find(|part| part.starts_with("http") && part.contains("/checkout/"));
    let checkout = attribute.unwrap().to_owned();
    let paid = http.post(&checkout).form(&[("outcome", "success")]).send().await.unwrap();
    assert!(paid.status().is_redirection(), "{}", paid.status());
    loop {
        let status = json(http, &format!("{link}/status")).await;
        if status["onec_number"].as_str().is_some_and(|number| number.starts_with("ДПУТ-")) {
            assert_eq!(status["payment_state"], "paid");
            return;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "{status}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

async fn every_state_is_there(http: &reqwest::Client, demo: &Demo) {
    let told = [
        ("1С отклонила", "paid"),
        ("записан в 1С, не проведён", "paid"),
        ("пришла не та сумма", "unpaid"),
        ("оплачен  ", "paid"),
        ("оплачен наполовину", "partly_paid"),
        ("переплачен", "overpaid"),
        ("отказал банк", "unpaid"),
        ("оплата начата", "unpaid"),
        ("отменён после оплаты", "overpaid"),
        ("возврат попросили", "paid"),
        ("возврат выполняется", "paid"),
        ("возврат выполнен", "partly_paid"),
        ("подорожал", "partly_paid"),
        ("оплачен переводом", "paid"),
        ("компания", "unpaid"),
        ("самовывоз", "unpaid"),
    ];
    for (state, payment_state) in told {
        let status = json(http, &format!("{}/status", demo.link_of(state))).await;
        assert_eq!(status["payment_state"], payment_state, "{state}: {status}");
    }
    let late = http.get(demo.link_of("срок оплаты прошёл")).send().await.unwrap().text().await.unwrap();
    assert!(late.contains("ask-link"), "a late link offers to ask for a new one");
}
