//! Orders in every state, each led there by the hands that lead it there in life.

use std::future::ready;

use anyhow::{Context as _, anyhow};
use chrono::Days;
use futures_util::future::BoxFuture;
use uuid::Uuid;

use super::buyer::{Buyer, Known};
use super::people::Hands;
use super::stand::Stand;
use crate::base::{Kopecks, MoneyKind, Quantity};
use crate::domain::exports::ExportState;
use crate::domain::payments::{AttemptState, RefundState, refunds, store};
use crate::emulators::onec::{NewOrder, Switches, company, good, person};
use crate::emulators::yookassa::{Behaviour, Outcome};
use crate::gateways::onec::service::Delivery;

/// What the visitor is shown: the order to pay, and one of every state.
pub struct Shown {
    /// The order the guide begins with.
    pub first: Known,
    /// Its sum.
    pub first_sum: Kopecks,
    /// State in words, order.
    pub states: Vec<(&'static str, Known)>,
}

/// Who tells the stories.
struct Teller<'a> {
    stand: &'a Stand,
    buyer: Buyer<'a>,
    hands: &'a Hands,
    /// How many orders 1C began with.
    seeded: usize,
}

/// Fills the stand.
///
/// # Errors
/// The first story that does not come true.
pub async fn tell(stand: &Stand, hands: &Hands) -> anyhow::Result<Shown> {
    let seeded = stand.onec.control.counts().orders;
    let teller = Teller { stand, buyer: Buyer::new(stand)?, hands, seeded };
    let drafts = teller.drafts();
    teller.buyer.exchange().await?;
    let mut cast = Vec::new();
    for guid in drafts {
        cast.push(teller.buyer.known(guid).await?);
    }
    for ((_, story), order) in CAREFUL.iter().zip(&cast) {
        story(&teller, order).await?;
    }
    let free = FREE.iter().zip(cast.iter().skip(CAREFUL.len()));
    futures_util::future::try_join_all(free.map(|((_, story), order)| story(&teller, order))).await?;
    teller.buyer.exchange().await?;
    let (first, first_sum) = teller.first().await?;
    let states = CAREFUL.iter().chain(FREE).map(|(state, _)| *state).zip(cast).collect();
    Ok(Shown { first, first_sum, states })
}

type Story = for<'a> fn(&'a Teller<'a>, &'a Known) -> BoxFuture<'a, anyhow::Result<()>>;

/// Makes a story of an async method.
macro_rules! story {
    ($method:ident) => {
        |teller, order| Box::pin(teller.$method(order))
    };
}

/// Stories told one after the other: they turn a switch that every payment feels.
const CAREFUL: &[(&str, Story)] = &[
    ("1С отклонила: период закрыт", story!(rejected)),
    ("записан в 1С, не проведён", story!(unposted)),
    ("пришла не та сумма: разбирает бухгалтер", story!(review)),
];

/// Stories told at once. The last three are told by the orders themselves.
const FREE: &[(&str, Story)] = &[
    ("оплачен", story!(paid)),
    ("оплачен наполовину", story!(part)),
    ("переплачен: первый платёж пришёл вдогонку", story!(twice)),
    ("отказал банк", story!(declined)),
    ("оплата начата, ждём банк", story!(waiting)),
    ("отменён после оплаты", story!(cancelled)),
    ("возврат попросили", story!(refund_asked)),
    ("возврат выполняется", story!(refund_running)),
    ("возврат выполнен", story!(refund_done)),
    ("подорожал после оплаты", story!(raised)),
    ("оплачен переводом, деньги занесла 1С", |teller, order| {
        Box::pin(ready(teller.transferred(order)))
    }),
    ("срок оплаты прошёл", |_, _| Box::pin(ready(Ok(())))),
    ("компания, ждёт оплаты", |_, _| Box::pin(ready(Ok(())))),
    ("самовывоз, ждёт оплаты", |_, _| Box::pin(ready(Ok(())))),
];

impl Teller<'_> {
    /// The orders of the stories, in their order.
    fn drafts(&self) -> Vec<Uuid> {
        let count = CAREFUL.len() + FREE.len();
        (0..count).map(|nth| self.stand.onec.control.add_order(self.draft(nth, count))).collect()
    }

    /// Of the last three, one is late, one is a company's, one is to be fetched.
    fn draft(&self, nth: usize, count: usize) -> NewOrder {
        let from_end = count - nth;
        let today = self.stand.context().zone().day(self.stand.context().now());
        let late = from_end == 3;
        let pay_until = if late { today.checked_sub_days(Days::new(1)) } else { today.checked_add_days(Days::new(3)) };
        let pieces = i64::try_from(nth % 4 + 1).unwrap_or(1);
        let mut lines = vec![good(nth, Quantity::new(pieces * 1000)), good(nth + 6, Quantity::new(2_000))];
        if from_end != 1 {
            lines.push(good(11, Quantity::ONE));
        }
        NewOrder {
            buyer: if from_end == 2 || from_end == 4 { company(nth) } else { person(nth) },
            lines: lines.into_iter().flatten().collect(),
            delivery: if from_end == 1 { Delivery::Pickup } else { Delivery::Delivery },
            pay_until,
            allow_parts: Some(true),
            to_pay: true,
        }
    }

    /// The newest of the orders 1C began with that a person is to pay.
    async fn first(&self) -> anyhow::Result<(Known, Kopecks)> {
        let mut seeded = self.stand.onec.control.orders();
        seeded.truncate(self.seeded);
        let order = seeded.into_iter().rfind(|order| order.to_pay && order.buyer.kind == "person");
        let order = order.context("нет заказа для гостя")?;
        Ok((self.buyer.known(order.guid).await?, order.total()))
    }

    async fn paid(&self, order: &Known) -> anyhow::Result<()> {
        self.buyer.pay(order, &[]).await.map(drop)
    }

    async fn part(&self, order: &Known) -> anyhow::Result<()> {
        let total = self.stand.onec.control.order(order.guid).context("нет заказа")?.total();
        let half = Kopecks::new(total.get() / 2);
        self.buyer.pay(order, &[("amount", &half.to_decimal_text())]).await.map(drop)
    }

    /// The first payment runs out of time, the buyer pays again, and the first arrives after all.
    async fn twice(&self, order: &Known) -> anyhow::Result<()> {
        let first = self.buyer.press(order, &[]).await?;
        self.buyer.at_provider(&first, &Outcome::LateSuccess(3))?;
        self.no_live_attempt(order).await?;
        self.buyer.pay(order, &[("again", "1")]).await?;
        let before = self.buyer.paid(order).await?;
        self.buyer
            .until("второй платёж не пришёл", || async {
                Ok(self.buyer.paid(order).await? > before)
            })
            .await
    }

    async fn declined(&self, order: &Known) -> anyhow::Result<()> {
        let payment = self.buyer.press(order, &[]).await?;
        self.buyer.at_provider(&payment, &Outcome::Decline("insufficient_funds".to_owned()))?;
        self.no_live_attempt(order).await
    }

    async fn waiting(&self, order: &Known) -> anyhow::Result<()> {
        self.buyer.press(order, &[]).await.map(drop)
    }

    async fn cancelled(&self, order: &Known) -> anyhow::Result<()> {
        self.buyer.pay(order, &[]).await?;
        self.stand.onec.control.cancel_order(order.guid);
        Ok(())
    }

    async fn raised(&self, order: &Known) -> anyhow::Result<()> {
        self.buyer.pay(order, &[]).await?;
        self.stand.onec.control.change_order(order.guid, |order| {
            if let Some(line) = order.lines.first_mut() {
                line.set_quantity(Quantity::new(line.quantity.get() + 1000));
            }
        });
        Ok(())
    }

    fn transferred(&self, order: &Known) -> anyhow::Result<()> {
        let onec = &self.stand.onec.control;
        let total = onec.order(order.guid).context("нет заказа")?.total();
        onec.book_money(order.guid, MoneyKind::Bank, total).map(drop).context("нет заказа")
    }

    async fn rejected(&self, order: &Known) -> anyhow::Result<()> {
        let switches = Switches { closed_period: true, ..Switches::default() };
        self.with_switches(order, switches, ExportState::Rejected).await
    }

    async fn unposted(&self, order: &Known) -> anyhow::Result<()> {
        let switches = Switches { unposted: true, ..Switches::default() };
        self.with_switches(order, switches, ExportState::Unposted).await
    }

    async fn with_switches(&self, order: &Known, switches: Switches, wanted: ExportState) -> anyhow::Result<()> {
        let onec = &self.stand.onec.control;
        onec.set_switches(switches);
        self.buyer.pay(order, &[]).await?;
        self.buyer.exchange().await?;
        let state = || async {
            let id = order.id.clone();
            let documents =
                self.buyer.read(move |connection| crate::domain::payments::store::documents_of_order(connection, &id));
            let document = documents.await?.into_iter().next().context("денег нет")?.id;
            let export = self.buyer.read(move |connection| crate::domain::exports::find(connection, &document)).await?;
            Ok(export.is_some_and(|export| export.state == wanted))
        };
        self.buyer.until("1С не ответила", state).await?;
        onec.set_switches(Switches::default());
        Ok(())
    }

    /// The provider takes another sum than was asked: the money waits for an accountant.
    async fn review(&self, order: &Known) -> anyhow::Result<()> {
        let bank = &self.stand.yookassa.control;
        let payment = self.buyer.press(order, &[]).await?;
        bank.set_behaviour(Behaviour::WrongAmount);
        let paid = self.buyer.at_provider(&payment, &Outcome::Success);
        bank.set_behaviour(Behaviour::Normal);
        paid?;
        let waits = || async {
            let id = order.id.clone();
            let attempts = self.buyer.read(move |connection| store::list_attempts(connection, &id, 5)).await?;
            Ok(attempts.iter().any(|attempt| attempt.state == AttemptState::Review))
        };
        self.buyer.until("проверка суммы не началась", waits).await
    }

    async fn refund_asked(&self, order: &Known) -> anyhow::Result<()> {
        self.buyer.pay(order, &[]).await?;
        self.ask_refund(order, false).await
    }

    async fn refund_running(&self, order: &Known) -> anyhow::Result<()> {
        let payment = self.buyer.pay(order, &[]).await?;
        self.stand.yookassa.control.hold_refunds(&payment).map_err(|text| anyhow!("{text}"))?;
        self.ask_refund(order, true).await?;
        self.refund_is(order, RefundState::Running).await
    }

    async fn refund_done(&self, order: &Known) -> anyhow::Result<()> {
        self.buyer.pay(order, &[]).await?;
        self.ask_refund(order, true).await?;
        self.refund_is(order, RefundState::Done).await
    }

    /// The manager asks for the price of the delivery; the chief accountant confirms.
    async fn ask_refund(&self, order: &Known, confirmed: bool) -> anyhow::Result<()> {
        let context = self.stand.context();
        let (id, now) = (order.id.clone(), context.now());
        let (manager, chief) = (self.hands.manager.clone(), self.hands.chief.clone());
        let asked = context.db.write(move |connection| {
            let amount = Kopecks::new(150_000);
            let request = refunds::ask(connection, &id, amount, "Покупатель заберёт сам", &manager, now)?;
            if confirmed { refunds::confirm(connection, &request, &chief, now) } else { Ok(()) }
        });
        asked.await.map_err(|error| anyhow!("{error}"))?;
        context.memory.wake_worker();
        Ok(())
    }

    async fn refund_is(&self, order: &Known, wanted: RefundState) -> anyhow::Result<()> {
        let is_so = || async {
            let id = order.id.clone();
            let refunds = self.buyer.read(move |connection| store::refunds_of_order(connection, &id)).await?;
            Ok(refunds.iter().any(|refund| refund.state == wanted))
        };
        self.buyer.until("возврат не пошёл", is_so).await
    }

    async fn no_live_attempt(&self, order: &Known) -> anyhow::Result<()> {
        let is_over = || async {
            let id = order.id.clone();
            let live = self.buyer.read(move |connection| store::find_live_attempt(connection, &id)).await?;
            Ok(live.is_none())
        };
        self.buyer.until("попытка не закрылась", is_over).await
    }
}
