//! The frame of every page: the rooms a person may enter with what waits in them, the incident light, the notice.

use chrono::Duration;

use super::desk::Desk;
use super::guard::Guarded;
use super::view::{Light, Person, Room, RoomLink, Shell, Tone};
use crate::base::{Instant, Result};
use crate::db::Connection;
use crate::domain::alerts::{self, Severity};
use crate::domain::reports::unfinished;
use crate::domain::staff::Permission;

/// The rooms and what one needs to enter.
const ROOMS: [(Room, Permission); 4] = [
    (Room::Orders, Permission::SeeOrders),
    (Room::Manual, Permission::EnterIn1c),
    (Room::Alerts, Permission::SeeAlerts),
    (Room::State, Permission::SeeState),
];

/// More open alerts than anybody reads; the menu needs no exact number beyond.
const ALERTS_COUNTED: i64 = 500;

/// What waits in the rooms.
#[derive(Debug, Clone, Default)]
pub struct Frame {
    manual: u64,
    alerts: u64,
    gravest: Option<Severity>,
    urgent: u64,
}

impl Frame {
    /// Counts what waits; `patience` is the age from which a payment that 1C has not taken is somebody's work.
    ///
    /// # Errors
    /// `Database`.
    pub fn read(connection: &mut Connection, patience: Duration, now: Instant) -> Result<Self> {
        let (manual, _) = unfinished::totals(connection, now - patience)?;
        let open = alerts::list_open(connection, ALERTS_COUNTED)?;
        let loud: Vec<_> = open.iter().filter(|alert| alert.muted_until.is_none_or(|until| until <= now)).collect();
        Ok(Self {
            manual: u64::try_from(manual).unwrap_or(0),
            alerts: loud.len() as u64,
            gravest: loud.iter().map(|alert| alert.severity).max(),
            urgent: loud.iter().filter(|alert| alert.severity == Severity::Critical).count() as u64,
        })
    }

    /// The frame of a page.
    #[must_use]
    pub fn shell(&self, desk: &Desk, guarded: &Guarded, room: Room) -> Shell {
        let allowed = ROOMS.into_iter().filter(|(_, needs)| guarded.may(*needs));
        Shell {
            shop: desk.shop.clone(),
            room,
            rooms: allowed.map(|(room, _)| self.link(room)).collect(),
            person: Person { name: guarded.visit.name.clone(), role: guarded.visit.role.title().to_owned() },
            csrf: guarded.csrf(),
            light: guarded.may(Permission::SeeAlerts).then(|| self.light()).flatten(),
            stand: desk.stand,
            search: String::new(),
            notice: None,
        }
    }

    fn link(&self, room: Room) -> RoomLink {
        match room {
            Room::Manual => RoomLink { room, count: self.manual, tone: Tone::Amber },
            Room::Alerts => RoomLink { room, count: self.alerts, tone: self.tone() },
            _ => RoomLink { room, count: 0, tone: Tone::Grey },
        }
    }

    fn tone(&self) -> Tone {
        match self.gravest {
            Some(Severity::Critical) => Tone::Red,
            Some(Severity::Warning) => Tone::Amber,
            Some(Severity::Info) | None => Tone::Blue,
        }
    }

    fn light(&self) -> Option<Light> {
        let words = format!("Срочно: {}", self.urgent);
        (self.urgent > 0).then(|| Light { words, tone: Tone::Red, href: Room::Alerts.href().to_owned() })
    }
}

/// What the line about something just done says: pages are told by a short key in their address, so that nobody can
/// put words of his own there.
#[must_use]
pub fn notice(key: &str) -> Option<String> {
    let words = match key {
        "sent" => "Ссылка отправляется: письмо уйдёт в течение минуты",
        "revoked" => "Ссылка отозвана: по ней больше ничего не открывается",
        "linked" => "Ссылка создана",
        "asked" => "Возврат попросили: ждём подтверждения второго человека",
        "confirmed" => "Возврат подтверждён: деньги уйдут в течение минуты",
        "declined" => "В возврате отказано, деньги остались на заказе",
        "recorded" => "Деньги записаны",
        "dismissed" => "Спорная оплата закрыта без записи",
        "reopened" => "Заказ снова принимает оплату",
        "answered" => "Просьба клиента отмечена выполненной",
        "retried" => "Документ снова предложен 1С",
        "entered" => "Внесено: строка закрыта",
        "decided" => "Документ 1С разобран",
        "muted" => "Оповещение молчит до завтрашнего утра",
        "unmuted" => "Оповещение снова напоминает",
        "closed" => "Оповещение закрыто",
        "resent" => "Отправляем ещё раз",
        _ => return None,
    };
    Some(words.to_owned())
}
