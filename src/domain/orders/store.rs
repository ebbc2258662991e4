//! Reading orders and what belongs to them.

use diesel::prelude::*;

use super::model::{Key, KeyKind, Line, Order, Seller, Store};
use crate::base::ids::{OrderId, SellerId};
use crate::base::{Error, Instant, Kopecks, Result};
use crate::db::Connection;
use crate::db::schema::{order_keys, order_lines, orders, sellers, stores};

/// The order with this id.
///
/// # Errors
/// `NotFound` when there is none.
pub fn get(connection: &mut Connection, id: &OrderId) -> Result<Order> {
    let order = orders::table.filter(orders::id.eq(id)).select(Order::as_select()).first(connection).optional()?;
    order.ok_or_else(|| Error::not_found("Такого заказа нет"))
}

/// Locks the order for the rest of the transaction and reads it: every rule about its money is decided under this lock.
///
/// # Errors
/// `NotFound` when there is none.
pub fn lock(connection: &mut Connection, id: &OrderId) -> Result<Order> {
    diesel::update(orders::table.filter(orders::id.eq(id)))
        .set(orders::version.eq(orders::version + 1))
        .execute(connection)?;
    get(connection, id)
}

/// The order that bears a name.
///
/// # Errors
/// `Database` when the query fails.
pub fn find_by_key(connection: &mut Connection, key: &Key) -> Result<Option<OrderId>> {
    Ok(order_keys::table
        .filter(order_keys::kind.eq(key.kind))
        .filter(order_keys::value.eq(&key.value))
        .filter(order_keys::year.eq(key.year))
        .select(order_keys::order_id)
        .first(connection)
        .optional()?)
}

/// The name of one kind that an order bears, if it has one; the latest year first.
///
/// # Errors
/// `Database` when the query fails.
pub fn find_key(connection: &mut Connection, id: &OrderId, kind: KeyKind) -> Result<Option<String>> {
    Ok(order_keys::table
        .filter(order_keys::order_id.eq(id))
        .filter(order_keys::kind.eq(kind))
        .order(order_keys::year.desc())
        .select(order_keys::value)
        .first(connection)
        .optional()?)
}

/// How an order is called towards 1C: its GUID there, else the shop's id, else ours.
///
/// # Errors
/// `Database` when a query fails.
pub fn onec_name(connection: &mut Connection, id: &OrderId) -> Result<String> {
    if let Some(guid) = find_key(connection, id, KeyKind::OnecGuid)? {
        return Ok(guid);
    }
    Ok(find_key(connection, id, KeyKind::ShopId)?.unwrap_or_else(|| id.to_string()))
}

/// The lines of one revision.
///
/// # Errors
/// `Database` when the query fails.
pub fn lines(connection: &mut Connection, id: &OrderId, revision: i64) -> Result<Vec<Line>> {
    Ok(order_lines::table
        .filter(order_lines::order_id.eq(id))
        .filter(order_lines::revision.eq(revision))
        .order(order_lines::line)
        .select(Line::as_select())
        .load(connection)?)
}

/// The seller with this id.
///
/// # Errors
/// `NotFound` when there is none.
pub fn seller(connection: &mut Connection, id: &SellerId) -> Result<Seller> {
    let seller = sellers::table.filter(sellers::id.eq(id)).select(Seller::as_select()).first(connection).optional()?;
    seller.ok_or_else(|| Error::not_found("Такого продавца нет"))
}

/// The seller with this ИНН, or the default one when none is named.
///
/// # Errors
/// `Invalid` when the named one is unknown or there is no default.
pub fn seller_of(connection: &mut Connection, inn: Option<&str>) -> Result<Seller> {
    let mut query = sellers::table.select(Seller::as_select()).into_boxed();
    query = match inn {
        Some(inn) => query.filter(sellers::inn.eq(inn.to_owned())),
        None => query.filter(sellers::is_default.eq(true)),
    };
    let seller = query.first(connection).optional()?;
    seller.ok_or_else(|| match inn {
        Some(inn) => Error::invalid("seller_inn", format!("Продавец с ИНН {inn} не заведён в портале")),
        None => Error::invalid("seller_inn", "Не указан продавец, а продавец по умолчанию не заведён"),
    })
}

/// Adds or updates a legal entity by its ИНН.
///
/// # Errors
/// `Database` when a query fails.
pub fn save_seller(connection: &mut Connection, seller: &Seller, is_default: bool, now: Instant) -> Result<SellerId> {
    let known: Option<SellerId> =
        sellers::table.filter(sellers::inn.eq(&seller.inn)).select(sellers::id).first(connection).optional()?;
    if is_default {
        diesel::update(sellers::table.filter(sellers::inn.ne(&seller.inn)))
            .set(sellers::is_default.eq(false))
            .execute(connection)?;
    }
    let content = (
        sellers::name.eq(&seller.name),
        sellers::kpp.eq(&seller.kpp),
        sellers::ogrn.eq(&seller.ogrn),
        sellers::address.eq(&seller.address),
        sellers::tax_system.eq(seller.tax_system),
        sellers::is_default.eq(is_default),
    );
    if let Some(id) = known {
        diesel::update(sellers::table.filter(sellers::id.eq(&id))).set(content).execute(connection)?;
        return Ok(id);
    }
    diesel::insert_into(sellers::table)
        .values((sellers::id.eq(&seller.id), sellers::inn.eq(&seller.inn), sellers::created_at.eq(now), content))
        .execute(connection)?;
    Ok(seller.id.clone())
}

/// The shop with this code.
///
/// # Errors
/// `Database` when the query fails.
pub fn find_store(connection: &mut Connection, code: &str) -> Result<Option<Store>> {
    Ok(stores::table.filter(stores::code.eq(code)).select(Store::as_select()).first(connection).optional()?)
}

/// Adds or updates a shop; what the teller does not know stays, its name too when he knows only the code.
///
/// # Errors
/// `Database` when a query fails.
pub fn save_store(connection: &mut Connection, store: &Store) -> Result<()> {
    let Some(known) = find_store(connection, &store.code)? else {
        diesel::insert_into(stores::table)
            .values((
                stores::code.eq(&store.code),
                stores::name.eq(&store.name),
                stores::address.eq(&store.address),
                stores::hours.eq(&store.hours),
                stores::phone.eq(&store.phone),
            ))
            .execute(connection)?;
        return Ok(());
    };
    diesel::update(stores::table.filter(stores::code.eq(&store.code)))
        .set((
            stores::name.eq(if store.name == store.code { &known.name } else { &store.name }),
            stores::address.eq(store.address.clone().or(known.address)),
            stores::hours.eq(store.hours.clone().or(known.hours)),
            stores::phone.eq(store.phone.clone().or(known.phone)),
        ))
        .execute(connection)?;
    Ok(())
}

/// 1C says that nothing is owed at this total (the stock pair «Номер/Дата оплаты по 1С»). The highest one counts: the
/// pair vanishes when the order is raised, and what was settled stays settled.
///
/// # Errors
/// `Database` when the update fails.
pub fn note_settled(connection: &mut Connection, id: &OrderId, total: Kopecks) -> Result<()> {
    diesel::update(orders::table.filter(orders::id.eq(id)).filter(orders::onec_settled_total.lt(total)))
        .set(orders::onec_settled_total.eq(total))
        .execute(connection)?;
    Ok(())
}

/// Asks for money again after a refund («Снова принимать оплату»).
///
/// # Errors
/// `Database` when the update fails.
pub fn reopen(connection: &mut Connection, id: &OrderId, reopened: bool) -> Result<()> {
    diesel::update(orders::table.filter(orders::id.eq(id))).set(orders::reopened.eq(reopened)).execute(connection)?;
    Ok(())
}
