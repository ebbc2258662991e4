//! Every room with every role, and every form without its token.

use oplata::domain::staff::Role;
use oplata::web::staff::routes::{CHANGING, ROOMS};

use super::people::{order_id, person};
use crate::common::app::TestApp;
use crate::common::db::TestDb;

const NOBODY: &str = "0193a1b2-0000-7000-8000-000000000000";

fn address(path: &str, order: &str) -> String {
    let of_order = path.starts_with("/staff/orders/");
    path.replace("{id}", if of_order { order } else { NOBODY }).replace("{guid}", NOBODY)
}

#[actix_web::test]
async fn every_room_opens_to_the_roles_of_the_matrix_alone() {
    let app = TestApp::start(TestDb::bare_sqlite()).await;
    let order = app.order(1_000).await;
    let id = order_id(&app, order.guid).await;
    for role in Role::ALL {
        let mut somebody = person(&app, *role, "Имя Фамилия").await;
        for (method, path, permission) in ROOMS {
            let path = address(path, &id);
            let page = if *method == "GET" { somebody.get(&path).await } else { somebody.post(&path, &[]).await };
            let allowed = permission.allows(*role);
            assert_eq!(page.status != 403, allowed, "{role} {method} {path}: {}", page.status);
            assert!(page.status < 500, "{role} {method} {path}: {}", page.status);
            assert!(page.header("cache-control").contains("no-store"), "{path}");
        }
    }
    app.stop().await;
}

#[actix_web::test]
async fn a_form_without_its_own_token_changes_nothing() {
    let app = TestApp::start(TestDb::bare_sqlite()).await;
    let order = app.order(1_000).await;
    let id = order_id(&app, order.guid).await;
    let mut accountant = person(&app, Role::Accountant, "Ольга Белова").await;
    let mut other = person(&app, Role::Accountant, "Другой Бухгалтер").await;
    let foreign = other.csrf().await;
    for (_, path, _) in ROOMS.iter().filter(|(method, ..)| *method == "POST") {
        let path = address(path, &id);
        for csrf in ["", "0123", &foreign] {
            assert_eq!(accountant.post_raw(&path, &[("csrf", csrf)]).await.status, 403, "{path} with «{csrf}»");
        }
        let stranger = app.browser().post(&path, &[]).await;
        assert!(
            stranger.status == 303 && stranger.header("location").starts_with("/staff/login"),
            "{path}: a stranger"
        );
    }
    app.stop().await;
}

/// Whatever is posted is in the table of what changes, so that the tests above see it.
#[test]
fn the_tables_of_routes_are_whole() {
    let source = include_str!("../../../src/web/staff/routes.rs");
    let rooms: Vec<&str> = ROOMS.iter().filter(|(method, ..)| *method == "POST").map(|(_, path, _)| *path).collect();
    for line in source.lines().filter(|line| line.contains(".post(")) {
        let path = line.split('"').nth(1).unwrap();
        assert!(CHANGING.contains(&path), "{path}");
        let of_the_door = ["/staff/login", "/staff/logout", "/staff/code", "/staff/enrol", "/staff/account"];
        let at_the_door = of_the_door.iter().any(|door| path.starts_with(door));
        assert!(at_the_door || rooms.contains(&path), "{path}");
    }
    for line in source.lines().filter(|line| line.contains(".get(") && line.contains("resource(\"/staff/")) {
        let path = line.split('"').nth(1).unwrap();
        let own = ["/staff/", "/staff/login", "/staff/code", "/staff/enrol", "/staff/account"].contains(&path);
        assert!(own || ROOMS.iter().any(|(method, known, _)| *method == "GET" && *known == path), "{path}");
    }
}

#[actix_web::test]
async fn methods_and_ids_that_are_not_there_are_told_plainly() {
    let app = TestApp::start(TestDb::bare_sqlite()).await;
    let mut manager = person(&app, Role::Manager, "Алексей Петров").await;
    assert_eq!(manager.get("/staff").await.header("location"), "/staff/orders");
    assert_eq!(manager.get(&format!("/staff/orders/{NOBODY}")).await.status, 404);
    assert_eq!(manager.get("/staff/orders/<script>").await.status, 404);
    let wrong = manager.post("/staff/orders", &[]).await;
    assert_eq!((wrong.status, wrong.header("allow")), (405, "GET"));
    for query in ["after=x", "after=2026-11-24_x", "from=32&to=x&min=-1&status=x&mode=x&onec=x&view=x", "q=%00%FF"] {
        assert!(manager.get(&format!("/staff/orders?{query}")).await.status < 500, "{query}");
    }
    app.stop().await;
}
