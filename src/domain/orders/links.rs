//! One link per order. The token is an HMAC of the link's id, so it can be shown again to staff and is never kept;
//! the database holds only its hash (LNK-1). Keys rotate by number.

use std::collections::BTreeMap;

use base64::Engine as _;
use diesel::prelude::*;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::base::ids::{LinkId, OrderId};
use crate::base::{Error, Instant, Result, Secret};
use crate::db::Connection;
use crate::db::schema::{link_events, pay_links};

/// The secrets that links are made with; the highest number makes new links.
#[derive(Debug, Clone, Default)]
pub struct LinkKeys(BTreeMap<i64, Secret>);

impl LinkKeys {
    /// Keys by their numbers.
    #[must_use]
    pub fn new(keys: BTreeMap<i64, Secret>) -> Self {
        Self(keys)
    }

    fn newest(&self) -> Result<i64> {
        self.0.keys().next_back().copied().ok_or_else(|| Error::Internal("нет ключа ссылок (links.key)".to_owned()))
    }

    /// The token of a link: 24 bytes of the HMAC, URL-safe, 192 bits.
    ///
    /// # Errors
    /// `Internal` when the link's key is not configured any more.
    pub fn token(&self, key_id: i64, link_id: &LinkId) -> Result<String> {
        let missing = || Error::Internal(format!("нет ключа ссылок № {key_id}"));
        let key = self.0.get(&key_id).filter(|key| !key.is_empty()).ok_or_else(missing)?;
        let mut mac = Hmac::<Sha256>::new_from_slice(key.reveal().as_bytes()).map_err(|_| missing())?;
        mac.update(b"pay-link:");
        mac.update(link_id.as_str().as_bytes());
        let bytes = mac.finalize().into_bytes();
        Ok(base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes.get(..24).unwrap_or_default()))
    }
}

/// A kept link.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = pay_links)]
pub struct Link {
    /// Our id.
    pub id: LinkId,
    /// The order it opens.
    pub order_id: OrderId,
    /// The key it was made with.
    pub key_id: i64,
    /// When it was made (UTC).
    pub created_at: Instant,
    /// Dead since (UTC).
    pub revoked_at: Option<Instant>,
}

fn hash(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}

/// The order's living link, if it has one.
///
/// # Errors
/// `Database` when the query fails.
pub fn find_living(connection: &mut Connection, order_id: &OrderId) -> Result<Option<Link>> {
    Ok(pay_links::table
        .filter(pay_links::order_id.eq(order_id))
        .filter(pay_links::revoked_at.is_null())
        .order(pay_links::id.desc())
        .select(Link::as_select())
        .first(connection)
        .optional()?)
}

/// The order's living link, made if there is none. The order must be locked.
///
/// # Errors
/// `Internal` without a key.
pub fn ensure(connection: &mut Connection, order_id: &OrderId, keys: &LinkKeys, now: Instant) -> Result<Link> {
    if let Some(link) = find_living(connection, order_id)? {
        return Ok(link);
    }
    let link = Link {
        id: LinkId::fresh(),
        order_id: order_id.clone(),
        key_id: keys.newest()?,
        created_at: now,
        revoked_at: None,
    };
    diesel::insert_into(pay_links::table)
        .values((
            pay_links::id.eq(&link.id),
            pay_links::order_id.eq(order_id),
            pay_links::key_id.eq(link.key_id),
            pay_links::token_hash.eq(hash(&keys.token(link.key_id, &link.id)?)),
            pay_links::created_at.eq(now),
        ))
        .execute(connection)?;
    Ok(link)
}

/// The living link that a token opens.
///
/// # Errors
/// `Database` when the query fails.
pub fn find_by_token(connection: &mut Connection, token: &str) -> Result<Option<Link>> {
    Ok(pay_links::table
        .filter(pay_links::token_hash.eq(hash(token)))
        .filter(pay_links::revoked_at.is_null())
        .select(Link::as_select())
        .first(connection)
        .optional()?)
}

/// Kills the order's living links («Отозвать»).
///
/// # Errors
/// `Database` when the update fails.
pub fn revoke(connection: &mut Connection, order_id: &OrderId, now: Instant) -> Result<usize> {
    Ok(diesel::update(
        pay_links::table.filter(pay_links::order_id.eq(order_id)).filter(pay_links::revoked_at.is_null()),
    )
    .set(pay_links::revoked_at.eq(now))
    .execute(connection)?)
}

/// Something that happened to a link; collected in memory, written now and then, never used by a rule about money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The link.
    pub link_id: LinkId,
    /// `sent`, `opened`, `method_chosen`.
    pub kind: &'static str,
    /// First of these events (UTC).
    pub first_at: Instant,
    /// Last of these events (UTC).
    pub last_at: Instant,
    /// How many.
    pub count: i64,
}

/// Adds collected events to what is kept.
///
/// # Errors
/// `Database` when a query fails.
pub fn note(connection: &mut Connection, events: &[Event]) -> Result<()> {
    for event in events {
        let row =
            link_events::table.filter(link_events::link_id.eq(&event.link_id)).filter(link_events::kind.eq(event.kind));
        let changed = diesel::update(row)
            .set((link_events::last_at.eq(event.last_at), link_events::count.eq(link_events::count + event.count)))
            .execute(connection)?;
        if changed == 0 {
            diesel::insert_into(link_events::table)
                .values((
                    link_events::link_id.eq(&event.link_id),
                    link_events::kind.eq(event.kind),
                    link_events::first_at.eq(event.first_at),
                    link_events::last_at.eq(event.last_at),
                    link_events::count.eq(event.count),
                ))
                .execute(connection)?;
        }
    }
    Ok(())
}

/// What is known of the order's links: kind, first, last, how many.
///
/// # Errors
/// `Database` when the query fails.
pub fn events_of(connection: &mut Connection, order_id: &OrderId) -> Result<Vec<(String, Instant, Instant, i64)>> {
    Ok(link_events::table
        .inner_join(pay_links::table.on(pay_links::id.eq(link_events::link_id)))
        .filter(pay_links::order_id.eq(order_id))
        .order(link_events::first_at)
        .select((link_events::kind, link_events::first_at, link_events::last_at, link_events::count))
        .load(connection)?)
}
