//! Renders every page of the back office with believable data into `target/gallery`, to be looked at; and checks
//! what must hold for every page: no inline script or style, a token in every form that posts, labels on fields.

mod data;

use askama::Template;
use oplata::web::staff::view::*;

/// Every page: name of the file and its text.
fn pages() -> Vec<(&'static str, String)> {
    let mut pages = data::door::pages();
    pages.extend(data::orders::pages());
    pages.extend(data::order::pages());
    pages.extend(data::rooms::pages());
    for code in [403, 404, 409, 422, 500] {
        let name = ["failure-403", "failure-404", "failure-409", "failure-422", "failure-500"]
            .into_iter()
            .find(|name| name.ends_with(&code.to_string()))
            .unwrap();
        pages.push((name, FailurePage::of(code, "ДомПлюс", None, None).render().unwrap()));
    }
    pages
}

#[test]
fn every_page_is_drawn() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = root.join("target/gallery");
    std::fs::create_dir_all(&folder).unwrap();
    for (name, html) in pages() {
        let mut local = html;
        for file in ["tokens.css", "staff.css", "staff.js"] {
            local = local.replace(oplata::web::assets::path(file), &format!("../../static/{file}"));
        }
        std::fs::write(folder.join(format!("staff-{name}.html")), local).unwrap();
    }
}

#[test]
fn pages_obey_the_content_policy() {
    for (name, html) in pages() {
        for forbidden in [" style=", " onclick=", " onload=", "<style", "javascript:", "http://", "https://cdn"] {
            assert!(!html.contains(forbidden), "{name}: {forbidden}");
        }
        for script in html.split("<script").skip(1) {
            assert!(script.starts_with(" src=\"/static/"), "{name}: an inline script");
        }
    }
}

#[test]
fn every_form_that_posts_carries_a_token() {
    for (name, html) in pages() {
        for form in html.split("<form").skip(1) {
            let form = form.split("</form>").next().unwrap();
            let posts = form.split('>').next().unwrap().contains("method=\"post\"");
            assert!(!posts || form.contains("name=\"csrf\" value=\"t0ken\""), "{name}: {form}");
        }
    }
}

#[test]
fn markup_in_data_is_shown_as_text() {
    let mut page = data::order::card();
    page.buyer = "<script>alert(1)</script>".to_owned();
    page.link.address = Some("\" onfocus=\"x".to_owned());
    let html = page.render().unwrap();
    assert!(!html.contains("<script>alert"));
    assert!(!html.contains("\" onfocus=\""));
}
