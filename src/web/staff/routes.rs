//! The addresses of the door and of one's own account.

use actix_web::web;

use super::{account, login, second_step};

/// Every address here that changes something: each wants a form's token.
pub const CHANGING: &[&str] = &[
    "/staff/login",
    "/staff/logout",
    "/staff/code",
    "/staff/enrol",
    "/staff/account/sessions/end",
    "/staff/account/sessions/{id}/end",
    "/staff/account/password",
];

/// Adds the addresses; a `web::Data<Desk>` must be there.
pub fn configure(config: &mut web::ServiceConfig) {
    let get_post = |path: &str| web::resource(path.to_owned());
    config
        .service(get_post("/staff/login").get(login::show).post(login::submit))
        .service(get_post("/staff/logout").post(login::leave))
        .service(get_post("/staff/code").get(second_step::ask).post(second_step::check))
        .service(get_post("/staff/enrol").get(second_step::offer).post(second_step::enrol))
        .service(get_post("/staff/account").get(account::show))
        .service(get_post("/staff/account/sessions/end").post(account::end_others))
        .service(get_post("/staff/account/sessions/{id}/end").post(account::end_one))
        .service(get_post("/staff/account/password").post(account::change_password));
}
