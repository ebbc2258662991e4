//! The door: name and password, second step, setting the second step up.

use askama::Template;

use super::qr::QrShape;
use super::shell::Stand;

/// «Вход».
#[derive(Debug, Clone, Template)]
#[template(path = "staff/login.html")]
pub struct LoginPage {
    /// The shop's name.
    pub shop: String,
    /// The CSRF token of the visit (a double-submit cookie before there is a session).
    pub csrf: String,
    /// What the person typed, to be corrected.
    pub email: String,
    /// Where to go afterwards: a path of ours.
    pub next: String,
    /// Why it did not work.
    pub error: Option<String>,
    /// Why the person is here again («Сеанс закончился…»).
    pub note: Option<String>,
    /// Training or test.
    pub stand: Option<Stand>,
}

/// The second step: a code of the application, or a recovery code.
#[derive(Debug, Clone, Template)]
#[template(path = "staff/code.html")]
pub struct CodePage {
    /// The shop's name.
    pub shop: String,
    /// The session's CSRF token.
    pub csrf: String,
    /// Where to go afterwards.
    pub next: String,
    /// Whether the field for a recovery code is the open one.
    pub recovery: bool,
    /// Why it did not work.
    pub error: Option<String>,
    /// Training or test.
    pub stand: Option<Stand>,
}

/// Setting up the second step.
#[derive(Debug, Clone, Template)]
#[template(path = "staff/enrol.html")]
pub struct EnrolPage {
    /// The shop's name.
    pub shop: String,
    /// The session's CSRF token.
    pub csrf: String,
    /// The picture of the `otpauth:` address.
    pub qr: QrShape,
    /// The secret in groups of four letters, for typing.
    pub secret: String,
    /// Why it did not work.
    pub error: Option<String>,
    /// Whether the role demands it (else the step can be left for later).
    pub required: bool,
    /// Whether an older second step has to be proved first.
    pub asks_current: bool,
    /// Training or test.
    pub stand: Option<Stand>,
}

/// The recovery codes, shown once.
#[derive(Debug, Clone, Template)]
#[template(path = "staff/recovery.html")]
pub struct RecoveryPage {
    /// The shop's name.
    pub shop: String,
    /// Ten codes.
    pub codes: Vec<String>,
    /// Where to go afterwards.
    pub next: String,
    /// Training or test.
    pub stand: Option<Stand>,
}
