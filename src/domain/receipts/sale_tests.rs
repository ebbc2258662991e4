use proptest::prelude::*;

use super::super::refund_draft;
use super::*;
use crate::base::Quantity;

fn line(name: &str, quantity: i64, amount: i64, vat_rate: VatRate) -> SoldLine {
    let (quantity, amount) = (Quantity::new(quantity), Kopecks::new(amount));
    SoldLine { name: name.to_owned(), quantity, price: amount, amount, vat_rate, is_service: false }
}

fn sale(lines: &[SoldLine], amount: i64) -> Sale<'_> {
    Sale {
        order_number: "УТ-000000123",
        lines,
        order_total: lines.iter().map(|line| line.amount).sum(),
        amount: Kopecks::new(amount),
        contact: Contact { email: Some("buyer@example.test".into()), phone: None },
        buyer_name: None,
        buyer_inn: None,
        tax_system: None,
        prepayment_vat: PrepaymentVat::Calculated,
    }
}

/// `(quantity in thousandths, price, amount)` of a line.
type Shape = (i64, i64, i64);

fn shape(draft: &ReceiptDraft) -> Vec<Shape> {
    draft.items.iter().map(|item| (item.quantity.get(), item.price.get(), item.amount.get())).collect()
}

#[test]
fn sums_become_exact_lines() {
    let cases: &[(i64, i64, &[Shape])] = &[
        (2000, 2000, &[(2000, 1000, 2000)]),
        (3000, 10_000, &[(2000, 3333, 6666), (1000, 3334, 3334)]),
        (1500, 3000, &[(1500, 2000, 3000)]),
        (1500, 1001, &[(1000, 1001, 1001)]),
        (5000, 3, &[(1000, 3, 3)]),
        (0, 700, &[(1000, 700, 700)]),
    ];
    for (quantity, amount, wanted) in cases {
        let lines = [line("Кабель", *quantity, *amount, VatRate::TwentyTwo)];
        assert_eq!(shape(&sale_draft(sale(&lines, *amount)).unwrap()), *wanted, "{quantity} за {amount}");
    }
}

#[test]
fn a_bundle_tells_its_quantity_within_the_longest_name() {
    let lines = [line(&"Ы".repeat(200), 1500, 1001, VatRate::TwentyTwo)];
    let draft = sale_draft(sale(&lines, 1001)).unwrap();
    assert_eq!(draft.items[0].name.chars().count(), 128);
    assert!(draft.items[0].name.ends_with("Ы × 1,5"));
}

#[test]
fn whole_and_part_have_their_modes_and_rates() {
    let mut lines = [line("Стол", 1000, 10_000, VatRate::TwentyTwo), line("Доставка", 1000, 500, VatRate::None)];
    lines[1].is_service = true;
    let whole = sale_draft(sale(&lines, 10_500)).unwrap();
    assert_eq!(whole.items[0].mode, PaymentMode::FullPrepayment);
    assert_eq!((whole.items[0].vat, whole.items[1].vat), (VatRate::TwentyTwo122, VatRate::None));
    assert_eq!(whole.items[1].subject, Subject::Service);
    let part = sale_draft(Sale { prepayment_vat: PrepaymentVat::Plain, ..sale(&lines, 5_000) }).unwrap();
    assert_eq!((part.items[0].mode, part.items[0].vat), (PaymentMode::Prepayment, VatRate::TwentyTwo));
    assert_eq!(shape(&part), [(1000, 4762, 4762), (1000, 238, 238)]);
    let closing = closing_draft(sale(&lines, 10_500)).unwrap();
    assert_eq!((closing.items[0].mode, closing.items[0].vat), (PaymentMode::FullPayment, VatRate::TwentyTwo));
}

#[test]
fn gifts_are_left_out() {
    let lines = [line("Стол", 1000, 10_000, VatRate::TwentyTwo), line("Подарок", 1000, 0, VatRate::Ten)];
    assert_eq!(sale_draft(sale(&lines, 10_000)).unwrap().items.len(), 1);
}

#[test]
fn too_many_lines_become_one_a_rate() {
    let lines: Vec<SoldLine> = (0..81)
        .map(|at| line("Гвоздь", 1000, 100 + at, if at % 2 == 0 { VatRate::Ten } else { VatRate::TwentyTwo }))
        .collect();
    let all: i64 = lines.iter().map(|line| line.amount.get()).sum();
    let draft = sale_draft(sale(&lines, all)).unwrap();
    let rates: Vec<VatRate> = draft.items.iter().map(|item| item.vat).collect();
    assert_eq!(rates, [VatRate::Ten110, VatRate::TwentyTwo122]);
    assert_eq!(draft.items[0].name, "Оплата по заказу № УТ-000000123");
    assert_eq!(draft.items[0].subject, Subject::Payment);
    assert_eq!(draft.total().get(), all);
}

#[test]
fn lines_that_differ_from_the_order_name_the_order() {
    let lines = [line("Стол", 1000, 10_000, VatRate::TwentyTwo), line("Стул", 1000, 500, VatRate::TwentyTwo)];
    let draft = sale_draft(Sale { order_total: Kopecks::new(9_900), ..sale(&lines, 9_900) }).unwrap();
    assert_eq!(shape(&draft), [(1000, 9_900, 9_900)]);
    assert_eq!(draft.items[0].vat, VatRate::TwentyTwo122);
    let mixed = [lines[0].clone(), line("Книга", 1000, 500, VatRate::Ten)];
    let refused = sale_draft(Sale { order_total: Kopecks::new(9_900), ..sale(&mixed, 9_900) });
    assert_eq!(refused.unwrap_err().code(), Some("receipt_vat_differs"));
}

#[test]
fn what_cannot_be_is_refused() {
    let lines = [line("Стол", 1000, 10_000, VatRate::TwentyTwo)];
    assert!(sale_draft(sale(&lines, 0)).is_err());
    assert!(sale_draft(sale(&lines, 10_001)).is_err());
    assert!(sale_draft(Sale { contact: Contact::default(), ..sale(&lines, 10_000) }).is_err());
}

#[test]
fn a_refund_keeps_modes_and_rates_of_the_paid_receipt() {
    let lines = [line("Стол", 3000, 10_000, VatRate::Twenty), line("Стул", 1000, 5_000, VatRate::Ten)];
    let paid = sale_draft(sale(&lines, 15_000)).unwrap();
    assert_eq!(refund_draft(&paid, Kopecks::new(15_000), "1").unwrap(), paid);
    let part = refund_draft(&paid, Kopecks::new(7_001), "1").unwrap();
    assert_eq!(part.total().get(), 7_001);
    assert!(part.items.iter().all(|item| item.mode == PaymentMode::FullPrepayment && item.is_exact()));
    assert_eq!(part.items[0].vat, VatRate::Twenty120);
    assert!(refund_draft(&paid, Kopecks::new(15_001), "1").is_err());
}

#[test]
fn a_draft_survives_its_json() {
    let lines = [line("Стол", 3000, 10_000, VatRate::TwentyTwo)];
    let draft = sale_draft(sale(&lines, 10_000)).unwrap();
    let json = serde_json::to_string(&draft).unwrap();
    assert_eq!(serde_json::from_str::<ReceiptDraft>(&json).unwrap(), draft);
}

proptest! {
    #[test]
    fn every_receipt_adds_up(
        wares in prop::collection::vec((1i64..20_000, 0i64..5_000_000), 1..120),
        share in 1i64..=1000,
        back in 1i64..=1000,
    ) {
        let lines: Vec<SoldLine> =
            wares.iter().map(|(quantity, amount)| line("Товар", *quantity, *amount, VatRate::TwentyTwo)).collect();
        let total: i64 = wares.iter().map(|(_, amount)| amount).sum();
        let amount = (total * share / 1000).max(1);
        prop_assume!(amount <= total);
        let draft = sale_draft(sale(&lines, amount)).unwrap();
        prop_assert_eq!(draft.total().get(), amount);
        prop_assert!(draft.items.len() <= 80);
        prop_assert!(draft.items.iter().all(|item| item.is_exact() && item.amount.is_positive()));
        let returned = (amount * back / 1000).max(1);
        let refund = refund_draft(&draft, Kopecks::new(returned), "1").unwrap();
        prop_assert_eq!(refund.total().get(), returned);
        prop_assert!(refund.items.len() <= 80 && refund.items.iter().all(ReceiptItem::is_exact));
    }
}
