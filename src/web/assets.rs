//! Style sheets and scripts, embedded in the binary and served under names that carry their digest, so they cache for a year.

use std::sync::LazyLock;

use actix_web::{HttpResponse, web};
use sha2::{Digest, Sha256};

struct Asset {
    name: &'static str,
    content_type: &'static str,
    body: &'static [u8],
    path: String,
}

/// Name, content type, bytes of everything we serve; there is no folder and no listing (WEB-6).
const FILES: &[(&str, &str, &[u8])] = &[
    ("tokens.css", "text/css; charset=utf-8", include_bytes!("../../static/tokens.css")),
    ("pay.css", "text/css; charset=utf-8", include_bytes!("../../static/pay.css")),
    ("pay.js", "text/javascript; charset=utf-8", include_bytes!("../../static/pay.js")),
    ("staff.css", "text/css; charset=utf-8", include_bytes!("../../static/staff.css")),
    ("staff.js", "text/javascript; charset=utf-8", include_bytes!("../../static/staff.js")),
    ("favicon.svg", "image/svg+xml", include_bytes!("../../static/favicon.svg")),
    ("icons.svg", "image/svg+xml", include_bytes!("../../static/icons.svg")),
];

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    let asset = |&(name, content_type, body): &(&'static str, &'static str, &'static [u8])| {
        let digest = hex::encode(Sha256::digest(body));
        let path = format!("/static/{}/{name}", digest.get(..12).unwrap_or_default());
        Asset { name, content_type, body, path }
    };
    FILES.iter().map(asset).collect()
});

/// The address of an embedded file, with its digest: `/static/1a2b3c4d5e6f/pay.css`.
#[must_use]
pub fn path(name: &str) -> &'static str {
    ASSETS.iter().find(|asset| asset.name == name).map_or("", |asset| asset.path.as_str())
}

/// `GET /static/{digest}/{name}`.
pub async fn serve(wanted: web::Path<(String, String)>) -> HttpResponse {
    let wanted = format!("/static/{}/{}", wanted.0, wanted.1);
    match ASSETS.iter().find(|asset| asset.path == wanted) {
        Some(asset) => HttpResponse::Ok()
            .content_type(asset.content_type)
            .insert_header(("Cache-Control", "public, max-age=31536000, immutable"))
            .body(asset.body),
        None => HttpResponse::NotFound().finish(),
    }
}
