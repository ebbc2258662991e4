//! People at the desk: each with a browser that is signed in.

use oplata::domain::staff::{NewStaff, Role, accounts, passwords};

use crate::common::app::TestApp;
use crate::common::browser::{Browser, Page};

const PASSWORD: &str = "верная лошадь батарея";

pub struct Person {
    browser: Browser,
    pub name: String,
}

/// A signed-in person of a role.
pub async fn person(app: &TestApp, role: Role, name: &str) -> Person {
    let email = format!("{role}-{}@shop.example", name.chars().count());
    let new = NewStaff {
        email: email.clone(),
        name: name.to_owned(),
        role,
        password_hash: passwords::hash(PASSWORD).unwrap(),
    };
    let now = app.now();
    app.portal.context.db.write(move |c| accounts::add(c, &new, "test", now)).await.unwrap();
    let mut browser = app.browser();
    let csrf = field(&browser.get("/staff/login").await.body, "csrf");
    let fields = [("csrf", csrf.as_str()), ("email", &email), ("password", PASSWORD), ("next", "")];
    assert_eq!(browser.post("/staff/login", &fields).await.status, 303, "{role} comes in");
    Person { browser, name: name.to_owned() }
}

/// The value of the first hidden field of this name.
pub fn field(body: &str, name: &str) -> String {
    let after = body.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap_or_default();
    after.split('"').next().unwrap_or_default().to_owned()
}

impl Person {
    pub async fn get(&mut self, path: &str) -> Page {
        self.browser.get(path).await
    }

    /// A page that must open.
    pub async fn read(&mut self, path: &str) -> String {
        let page = self.get(path).await;
        assert_eq!(page.status, 200, "{path}: {}", page.body);
        page.body
    }

    /// Posts with the session's own token.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let csrf = self.csrf().await;
        let mut all = vec![("csrf", csrf.as_str())];
        all.extend_from_slice(fields);
        self.browser.post(path, &all).await
    }

    /// Posts as it is given.
    pub async fn post_raw(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        self.browser.post(path, fields).await
    }

    pub async fn csrf(&mut self) -> String {
        field(&self.read("/staff/account").await, "csrf")
    }
}

/// The addresses of the cards in a list, in order.
pub fn cards(body: &str) -> Vec<String> {
    let rows = body.split("data-id=\"").skip(1);
    rows.map(|row| row.split('"').next().unwrap().to_owned()).collect()
}

/// The id of the order in the address of a redirect or a card.
pub async fn order_id(app: &TestApp, guid: uuid::Uuid) -> String {
    use oplata::domain::orders::{Key, KeyKind, store};
    let key = Key::of(KeyKind::OnecGuid, guid.to_string());
    let id = app.portal.context.db.read(move |c| store::find_by_key(c, &key)).await.unwrap().unwrap();
    id.to_string()
}
