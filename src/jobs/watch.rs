//! What is wrong right now, by age: each rule opens its alert and closes it when it is over.

use chrono::Duration;

use crate::base::{Instant, Result};
use crate::context::Context;
use crate::db::Connection;
use crate::domain::alerts::{self, NewAlert, Severity};
use crate::domain::exports::{self, ExportState};
use crate::domain::outbox;

/// Looks at every rule.
///
/// # Errors
/// Database errors.
pub async fn look(context: &Context) -> Result<()> {
    let now = context.now();
    let patience = Duration::seconds(i64::from(context.settings.intervals.export_alert));
    context
        .db
        .write(move |connection| {
            exports_are_late(connection, now, patience)?;
            outbox_is_late(connection, now)
        })
        .await
}

/// 1C has not taken money documents for too long.
fn exports_are_late(connection: &mut Connection, now: Instant, patience: Duration) -> Result<()> {
    let late: Vec<exports::Export> = exports::list_unfinished(connection, 1000)?
        .into_iter()
        .filter(|export| matches!(export.state, ExportState::Waiting | ExportState::Sent))
        .filter(|export| export.updated_at + patience < now)
        .collect();
    let Some(oldest) = late.first() else { return alerts::close(connection, "onec_silent", "onec", now) };
    let minutes = (now - oldest.updated_at).num_minutes();
    let message = format!(
        "1С не приняла документов: {}. Старший ждёт {minutes} мин. Проверьте регламентное задание и связь с 1С; оплата идёт",
        late.len()
    );
    let alert = NewAlert {
        kind: "onec_silent",
        subject: "onec",
        severity: Severity::Critical,
        message: &message,
        order_id: None,
    };
    alerts::open(connection, &alert, now)
}

/// Letters, refunds and questions wait for too long.
fn outbox_is_late(connection: &mut Connection, now: Instant) -> Result<()> {
    let counts = outbox::counts(connection)?;
    let late = counts.oldest.is_some_and(|oldest| oldest + Duration::hours(1) < now);
    if !late && !outbox::is_paused(connection)? {
        return alerts::close(connection, "outbox_late", "outbox", now);
    }
    if !late {
        return Ok(());
    }
    let message = format!("Исходящих сообщений ждёт {}, старшее — больше часа", counts.ready);
    let alert = NewAlert {
        kind: "outbox_late",
        subject: "outbox",
        severity: Severity::Warning,
        message: &message,
        order_id: None,
    };
    alerts::open(connection, &alert, now)
}
