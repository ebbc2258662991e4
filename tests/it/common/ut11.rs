//! A client that behaves to the letter as «Обмен с сайтом» of УТ 11 does: GET for everything but `file`, the cookie built
//! by hand from the body, an empty `sessid`, the first line trimmed and lower-cased, two lines of `init` or nothing.

use super::app::{ONEC_PASSWORD, ONEC_USER, TestApp};

pub const PATH: &str = "/1c/exchange";

/// How a client proves itself after `checkauth`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    Both,
    Basic,
    Cookie,
    Nothing,
}

pub struct Ut11<'a> {
    app: &'a TestApp,
    pub proof: Proof,
    pub password: String,
    pub path: String,
    cookie: Option<String>,
    pub part: usize,
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub content_type: String,
    pub bytes: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8(self.bytes.clone()).unwrap()
    }

    /// The first line as УТ compares it.
    pub fn word(&self) -> String {
        self.text().lines().next().unwrap().trim().to_lowercase()
    }
}

impl<'a> Ut11<'a> {
    pub fn new(app: &'a TestApp) -> Self {
        let (password, path) = (ONEC_PASSWORD.to_owned(), PATH.to_owned());
        Self { app, proof: Proof::Both, password, path, cookie: None, part: usize::MAX }
    }

    pub async fn call(&self, query: &str, body: Option<Vec<u8>>) -> Answer {
        let url = self.app.url(&format!("{}?{query}", self.path));
        let mut request = match body {
            Some(body) => self.app.http.post(url).body(body),
            None => self.app.http.get(url),
        };
        if matches!(self.proof, Proof::Both | Proof::Basic) {
            request = request.basic_auth(ONEC_USER, Some(&self.password));
        }
        if let (Proof::Both | Proof::Cookie, Some(cookie)) = (self.proof, &self.cookie) {
            request = request.header("cookie", cookie);
        }
        let answer = request.header("user-agent", "1C+Enterprise/8.3").send().await.unwrap();
        let header = |name: &str| answer.headers().get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
        let (status, content_type) = (answer.status().as_u16(), header("content-type"));
        let answer = Answer { status, content_type, bytes: answer.bytes().await.unwrap().to_vec() };
        assert!(!answer.bytes.is_empty(), "«Получен пустой ответ сервера»: {query}");
        assert_ne!(answer.status, 429, "{query}");
        assert!(answer.status == 200 || answer.status == 401, "{query}: {}", answer.status);
        answer
    }

    pub async fn sale(&self, mode: &str) -> Answer {
        self.call(&format!("type=sale&mode={mode}&sessid="), None).await
    }

    pub async fn checkauth(&mut self) -> Answer {
        let answer = self.call("type=sale&mode=checkauth", None).await;
        let text = answer.text();
        if let ["success", name, value] = text.split('\n').collect::<Vec<_>>()[..] {
            assert!(!name.contains(char::is_whitespace) && !value.contains(char::is_whitespace));
            self.cookie = Some(format!("{name}={value}"));
        }
        answer
    }

    /// УТ counts the lines and gives up on another count; the size of a part is the second one.
    pub async fn init(&mut self) {
        let text = self.sale("init").await.text();
        assert!(!text.ends_with('\n') && !text.contains('\r'), "{text:?}");
        let lines: Vec<&str> = text.split('\n').collect();
        assert_eq!(lines.len(), 2, "{text:?}");
        assert!(["zip=no", "zip=yes"].contains(&lines[0]));
        let limit: usize = lines[1].strip_prefix("file_limit=").unwrap().parse().unwrap();
        self.part = self.part.min(limit);
    }

    /// All parts of a file; the answer to the last, the first that is no `success` else.
    pub async fn file(&self, name: &str, bytes: &[u8]) -> Answer {
        let mut last = None;
        for part in bytes.chunks(self.part) {
            let query = format!("type=sale&mode=file&filename={name}&sessid=");
            let answer = self.call(&query, Some(part.to_vec())).await;
            assert_ne!(answer.word(), "progress", "an error for УТ");
            let stop = answer.word() != "success";
            last = Some(answer);
            if stop {
                break;
            }
        }
        last.unwrap()
    }

    /// Asked at once again while it is under way.
    pub async fn import(&self, name: &str) -> Answer {
        for _ in 0..100 {
            let answer = self.sale(&format!("import&filename={name}")).await;
            if answer.word() != "progress" {
                return answer;
            }
        }
        panic!("import never ends");
    }

    /// A whole round: checkauth, init, file, import.
    pub async fn round(&mut self, name: &str, bytes: &[u8]) -> Answer {
        assert_eq!(self.checkauth().await.word(), "success");
        self.init().await;
        let sent = self.file(name, bytes).await;
        if sent.word() == "success" { self.import(name).await } else { sent }
    }
}
