//! Every address of the back office. A path that has no such method answers 405 with `Allow` (WEB-4).

use actix_web::web;

use super::{
    account, alerts, login, manual, onec_undecided, order_acts, order_link, order_show, orders_list, personal, refunds,
    review, second_step, state,
};
use crate::domain::staff::Permission;
use crate::web::routes::resource;

/// Every address here that changes something: each wants a form's token.
pub const CHANGING: &[&str] = &[
    "/staff/login",
    "/staff/logout",
    "/staff/code",
    "/staff/enrol",
    "/staff/account/sessions/end",
    "/staff/account/sessions/{id}/end",
    "/staff/account/password",
    "/staff/orders/{id}/send",
    "/staff/orders/{id}/revoke",
    "/staff/orders/{id}/link",
    "/staff/orders/{id}/contacts",
    "/staff/orders/{id}/reopen",
    "/staff/orders/{id}/answer",
    "/staff/orders/{id}/refunds",
    "/staff/refunds/{id}/confirm",
    "/staff/refunds/{id}/decline",
    "/staff/attempts/{id}/record",
    "/staff/attempts/{id}/dismiss",
    "/staff/documents/{id}/retry",
    "/staff/manual/{id}",
    "/staff/onec/{guid}/decide",
    "/staff/alerts/{id}/mute",
    "/staff/alerts/{id}/unmute",
    "/staff/alerts/{id}/close",
    "/staff/state/retry",
];

/// What one needs for each room: method, address, permission. Handlers ask the guard themselves; a test walks this
/// table with every role and holds them to it.
pub const ROOMS: &[(&str, &str, Permission)] = &[
    ("GET", "/staff/orders", Permission::SeeOrders),
    ("GET", "/staff/orders/{id}", Permission::SeeOrders),
    ("GET", "/staff/orders/{id}/qr", Permission::SendLink),
    ("POST", "/staff/orders/{id}/send", Permission::SendLink),
    ("POST", "/staff/orders/{id}/revoke", Permission::SendLink),
    ("POST", "/staff/orders/{id}/link", Permission::SendLink),
    ("POST", "/staff/orders/{id}/contacts", Permission::SeePersonalData),
    ("POST", "/staff/orders/{id}/reopen", Permission::SendLink),
    ("POST", "/staff/orders/{id}/answer", Permission::SendLink),
    ("POST", "/staff/orders/{id}/refunds", Permission::AskRefund),
    ("POST", "/staff/refunds/{id}/confirm", Permission::ConfirmRefund),
    ("POST", "/staff/refunds/{id}/decline", Permission::ConfirmRefund),
    ("POST", "/staff/attempts/{id}/record", Permission::ResolveReview),
    ("POST", "/staff/attempts/{id}/dismiss", Permission::ResolveReview),
    ("POST", "/staff/documents/{id}/retry", Permission::RetryExports),
    ("GET", "/staff/manual", Permission::EnterIn1c),
    ("GET", "/staff/manual.csv", Permission::EnterIn1c),
    ("POST", "/staff/manual/{id}", Permission::EnterIn1c),
    ("POST", "/staff/onec/{guid}/decide", Permission::ResolveReview),
    ("GET", "/staff/alerts", Permission::SeeAlerts),
    ("POST", "/staff/alerts/{id}/mute", Permission::MuteAlerts),
    ("POST", "/staff/alerts/{id}/unmute", Permission::MuteAlerts),
    ("POST", "/staff/alerts/{id}/close", Permission::MuteAlerts),
    ("GET", "/staff/state", Permission::SeeState),
    ("POST", "/staff/state/retry", Permission::RetryExports),
];

/// Adds the addresses; `web::Data<Desk>` and `web::Data<Context>` must be there.
pub fn configure(config: &mut web::ServiceConfig) {
    door(config);
    orders(config);
    rooms(config);
}

fn door(config: &mut web::ServiceConfig) {
    config
        .service(resource("/staff/login", "GET, POST").get(login::show).post(login::submit))
        .service(resource("/staff/logout", "POST").post(login::leave))
        .service(resource("/staff/code", "GET, POST").get(second_step::ask).post(second_step::check))
        .service(resource("/staff/enrol", "GET, POST").get(second_step::offer).post(second_step::enrol))
        .service(resource("/staff/account", "GET").get(account::show))
        .service(resource("/staff/account/sessions/end", "POST").post(account::end_others))
        .service(resource("/staff/account/sessions/{id}/end", "POST").post(account::end_one))
        .service(resource("/staff/account/password", "POST").post(account::change_password));
}

fn orders(config: &mut web::ServiceConfig) {
    config
        .service(resource("/staff", "GET").get(orders_list::home))
        .service(resource("/staff/", "GET").get(orders_list::home))
        .service(resource("/staff/orders", "GET").get(orders_list::show))
        .service(resource("/staff/orders/{id}", "GET").get(order_show::show))
        .service(resource("/staff/orders/{id}/qr", "GET").get(order_link::qr))
        .service(resource("/staff/orders/{id}/send", "POST").post(order_link::send))
        .service(resource("/staff/orders/{id}/revoke", "POST").post(order_link::revoke))
        .service(resource("/staff/orders/{id}/link", "POST").post(order_link::make))
        .service(resource("/staff/orders/{id}/contacts", "POST").post(personal::open))
        .service(resource("/staff/orders/{id}/reopen", "POST").post(order_acts::reopen))
        .service(resource("/staff/orders/{id}/answer", "POST").post(order_acts::answer))
        .service(resource("/staff/orders/{id}/refunds", "POST").post(refunds::ask));
}

fn rooms(config: &mut web::ServiceConfig) {
    config
        .service(resource("/staff/refunds/{id}/confirm", "POST").post(refunds::confirm))
        .service(resource("/staff/refunds/{id}/decline", "POST").post(refunds::decline))
        .service(resource("/staff/attempts/{id}/record", "POST").post(review::submit))
        .service(resource("/staff/attempts/{id}/dismiss", "POST").post(review::dismiss))
        .service(resource("/staff/documents/{id}/retry", "POST").post(order_acts::retry))
        .service(resource("/staff/manual", "GET").get(manual::show))
        .service(resource("/staff/manual.csv", "GET").get(manual::csv))
        .service(resource("/staff/manual/{id}", "POST").post(manual::enter))
        .service(resource("/staff/onec/{guid}/decide", "POST").post(onec_undecided::decide))
        .service(resource("/staff/alerts", "GET").get(alerts::show))
        .service(resource("/staff/alerts/{id}/mute", "POST").post(alerts::mute))
        .service(resource("/staff/alerts/{id}/unmute", "POST").post(alerts::unmute))
        .service(resource("/staff/alerts/{id}/close", "POST").post(alerts::close))
        .service(resource("/staff/state", "GET").get(state::show))
        .service(resource("/staff/state/retry", "POST").post(state::retry));
}
