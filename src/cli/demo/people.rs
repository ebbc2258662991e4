//! The people and the stores of the pretend chain.

use anyhow::anyhow;

use super::settings::DOMAIN;
use crate::base::ids::StaffId;
use crate::context::Context;
use crate::domain::orders::{Store, store};
use crate::domain::staff::{NewStaff, Role, accounts, passwords};
use crate::emulators::onec::STORES;

/// One password for everybody; the demo listens on this machine alone.
pub const PASSWORD: &str = "oplata-demo-2026";

/// Who: name of the login, name, role.
pub const PEOPLE: &[(&str, &str, Role)] = &[
    ("orlova", "Орлова Марина", Role::Manager),
    ("sergeeva", "Сергеева Ольга", Role::Accountant),
    ("voronina", "Воронина Тамара", Role::ChiefAccountant),
    ("klimov", "Климов Денис", Role::Technician),
    ("ryabov", "Рябов Игорь", Role::Head),
    ("admin", "Данилова Софья", Role::Admin),
];

/// Those whose hands the stories need.
pub struct Hands {
    /// Asks for refunds.
    pub manager: String,
    /// Confirms them.
    pub chief: String,
}

/// Adds everybody and every store.
///
/// # Errors
/// When the database does not take them.
pub async fn settle_in(context: &Context) -> anyhow::Result<Hands> {
    let now = context.now();
    let hash = tokio::task::spawn_blocking(|| passwords::hash(PASSWORD)).await?.map_err(|error| anyhow!("{error}"))?;
    let added: Vec<(Role, StaffId)> = context
        .db
        .write(move |connection| {
            for (code, name, address) in STORES {
                store::save_store(connection, &shop(code, name, address))?;
            }
            let add = |(login, name, role): &(&str, &str, Role)| {
                let (email, name, password_hash) = (format!("{login}@{DOMAIN}"), (*name).to_owned(), hash.clone());
                let person = NewStaff { email, name, role: *role, password_hash };
                accounts::add(connection, &person, "demo", now).map(|id| (*role, id))
            };
            PEOPLE.iter().map(add).collect()
        })
        .await
        .map_err(|error| anyhow!("{error}"))?;
    let of = |role| added.iter().find(|(has, _)| *has == role).map(|(_, id)| accounts::actor(id)).unwrap_or_default();
    Ok(Hands { manager: of(Role::Manager), chief: of(Role::ChiefAccountant) })
}

fn shop(code: &str, name: &str, address: &str) -> Store {
    Store {
        code: code.to_owned(),
        name: name.to_owned(),
        address: Some(address.to_owned()),
        hours: Some("ежедневно 8:00–22:00".to_owned()),
        phone: Some("8 495 000-10-20".to_owned()),
    }
}
