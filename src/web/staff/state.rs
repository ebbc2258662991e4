//! «Состояние»: can customers pay, what waits, where to look.

use actix_web::{HttpRequest, web};
use serde::Deserialize;
use serde_json::json;

use super::answers::{Answer, page, redirect};
use super::desk::Desk;
use super::frame::{self, Frame};
use super::guard;
use super::state_lamps::{self, Seen};
use super::view::{ExchangeRow, QueueRow, Room, StatePage};
use super::words;
use crate::base::{Error, Instant, Zone};
use crate::context::Context;
use crate::db::migrate::{self, SchemaState};
use crate::domain::journal::{self, Entry};
use crate::domain::reports::state::{self, Exchange, Queue};
use crate::domain::staff::Permission;
use crate::domain::{alerts, outbox};

/// Exchanges shown.
const EXCHANGES: i64 = 12;

/// `?…` of the page.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    done: String,
}

/// The form of sending again.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct RetryForm {
    csrf: String,
    topic: String,
}

/// `GET /staff/state`.
pub async fn show(
    request: HttpRequest,
    desk: web::Data<Desk>,
    context: web::Data<Context>,
    asked: web::Query<Asked>,
) -> Answer {
    let guarded = guard::require(&request, &desk, Permission::SeeState).await?;
    let (now, patience) = (guarded.now, desk.patience);
    let (frame, queues, exchanges, paused, silent) = desk
        .db
        .read(move |c| {
            let silent = alerts::is_open(c, "onec_silent", "onec")?;
            let exchanges = state::exchanges(c, EXCHANGES)?;
            Ok((Frame::read(c, patience, now)?, state::queues(c)?, exchanges, outbox::is_paused(c)?, silent))
        })
        .await?;
    let seen = Seen { queues: &queues, exchanges: &exchanges, paused, silent, now, zone: desk.zone };
    let lamps = state_lamps::lamps(&context, &seen);
    let (tone, title, text) = state_lamps::headline(&lamps, paused);
    let mut shell = frame.shell(&desk, &guarded, Room::State);
    shell.notice = frame::notice(&asked.done);
    page(&StatePage {
        shell,
        title,
        text,
        tone,
        lamps,
        queues: queues.iter().map(|queue| queue_row(queue, now)).collect(),
        can_retry: guarded.may(Permission::RetryExports),
        exchanges: exchanges.iter().map(|exchange| exchange_row(exchange, desk.zone)).collect(),
        facts: facts(&context).await,
    })
}

fn queue_row(queue: &Queue, now: Instant) -> QueueRow {
    QueueRow {
        name: words::topic(&queue.topic).to_owned(),
        topic: queue.topic.clone(),
        waiting: u64::try_from(queue.waiting).unwrap_or(0),
        oldest: queue.oldest.map_or_else(|| "—".to_owned(), |since| words::age(since, now)),
        dead: u64::try_from(queue.dead).unwrap_or(0),
        error: queue.error.clone().unwrap_or_default(),
    }
}

fn exchange_row(exchange: &Exchange, zone: Zone) -> ExchangeRow {
    ExchangeRow {
        when: words::short_moment(exchange.at, zone),
        request: shortened(&exchange.request),
        verdict: exchange.verdict.clone(),
        good: exchange.status < 400,
        status: exchange.status,
    }
}

/// The address with its ids cut: enough to tell one from another, short enough for a line.
fn shortened(request: &str) -> String {
    let part = |part: &str| match (part.len(), part.get(..8)) {
        (36, Some(begin)) if part.matches('-').count() == 4 => format!("{begin}…"),
        _ => part.to_owned(),
    };
    request.split('/').map(part).collect::<Vec<_>>().join("/")
}

async fn facts(context: &Context) -> Vec<(String, String)> {
    let url = context.settings.database.url.clone();
    let schema = tokio::task::spawn_blocking(move || migrate::state(url.reveal())).await;
    let schema = match schema {
        Ok(Ok(SchemaState::Current)) => "как нужно этой версии".to_owned(),
        Ok(Ok(SchemaState::Behind(names))) => format!("не хватает миграций: {}", names.join(", ")),
        Ok(Ok(SchemaState::Newer(names))) => format!("новее программы: {}", names.join(", ")),
        Ok(Err(_)) | Err(_) => "не отвечает".to_owned(),
    };
    let kind = match context.db.kind() {
        crate::db::dialect::Kind::Sqlite => "SQLite",
        crate::db::dialect::Kind::Postgres => "PostgreSQL",
    };
    let road = context.policy().road;
    [
        ("Версия", env!("CARGO_PKG_VERSION").to_owned()),
        ("База данных", kind.to_owned()),
        ("Схема базы", schema),
        ("Адрес портала", context.public_url().to_owned()),
        ("Дорога в 1С", road.to_string()),
        ("Режим 1С", if context.onec_mode() == crate::base::Mode::Test { "тестовая" } else { "боевая" }.to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .to_vec()
}

/// `POST /staff/state/retry`: what was given up goes out again.
pub async fn retry(
    request: HttpRequest,
    desk: web::Data<Desk>,
    context: web::Data<Context>,
    form: web::Form<RetryForm>,
) -> Answer {
    let guarded = guard::posted(&request, &desk, Permission::RetryExports, &form.csrf).await?;
    if words::topic(&form.topic) == form.topic {
        return Err(Error::not_found("Такой очереди нет").into());
    }
    let (topic, actor, now) = (form.topic.clone(), guarded.actor(), guarded.now);
    desk.db
        .write(move |c| {
            let revived = outbox::revive(c, &topic, now)?;
            for id in &revived {
                alerts::close(c, "outbox_dead", id.as_str(), now)?;
            }
            let entry = Entry {
                at: now,
                actor: &actor,
                subject_kind: "outbox",
                subject_id: &topic,
                action: "outbox_revived",
                details: json!({ "count": revived.len() }),
            };
            journal::record(c, &entry)
        })
        .await?;
    context.memory.wake_worker();
    let room = if guarded.may(Permission::SeeState) { "/staff/state" } else { "/staff/orders" };
    Ok(redirect(&format!("{room}?done=resent")))
}

#[cfg(test)]
mod tests {
    use super::shortened;

    #[test]
    fn ids_are_cut_to_their_beginning() {
        let long = "POST /1c/v1/payments/01a20e8d-f6df-7223-a72b-35962838fa5c/accepted";
        assert_eq!(shortened(long), "POST /1c/v1/payments/01a20e8d…/accepted");
        assert_eq!(shortened("GET /1c/v1/payments"), "GET /1c/v1/payments");
    }
}
