//! «Моя учётная запись»: sessions, password, second step.

use askama::Template;

use super::shell::Shell;

/// The whole page.
#[derive(Debug, Clone, Template)]
#[template(path = "staff/account.html")]
pub struct AccountPage {
    /// The frame.
    pub shell: Shell,
    /// The person's mail: the name of the login.
    pub email: String,
    /// Open sessions, this one first.
    pub sessions: Vec<SessionRow>,
    /// Whether the second step is set up.
    pub totp: bool,
    /// Recovery codes left.
    pub codes_left: usize,
    /// Least length of a password for this role.
    pub min_length: usize,
    /// Why the new password was refused.
    pub error: Option<String>,
}

/// An open session.
#[derive(Debug, Clone)]
pub struct SessionRow {
    /// Its id.
    pub id: String,
    /// «Chrome, Windows».
    pub device: String,
    /// Address it came from.
    pub address: String,
    /// «с 23.11.2026, 09:02».
    pub since: String,
    /// «сейчас», «12 минут назад · 14:19».
    pub seen: String,
    /// Whether it is the one that asks.
    pub current: bool,
}
