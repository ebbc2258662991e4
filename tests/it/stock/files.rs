//! Every file of `tests/fixtures/commerceml` gives the values of its `expected.json`.

use oplata::base::{Kopecks, MoneyKind, Quantity};
use oplata::gateways::onec::commerceml_in::{
    BuyerIs, DocumentIn, DocumentKind, FileFault, Groups, LineIn, Reading, Verdict,
};
use serde_json::Value;

pub fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/fixtures/commerceml/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

pub fn read(bytes: &[u8]) -> Result<Vec<Verdict>, FileFault> {
    let groups: Result<Vec<_>, _> = Groups::open(bytes, Reading::default())?.collect();
    Ok(groups?.into_iter().flat_map(|group| group.documents).collect())
}

pub fn documents(bytes: &[u8]) -> Vec<DocumentIn> {
    read(bytes).unwrap().into_iter().map(|verdict| verdict.unwrap()).collect()
}

fn kind(document: &DocumentIn) -> &'static str {
    match document.kind {
        DocumentKind::Order => "order",
        DocumentKind::Payment(_) => "payment",
        DocumentKind::Refund(_) => "refund",
        DocumentKind::Shipment => "shipment",
        DocumentKind::Other(_) => "other",
    }
}

fn kopecks(value: &Value) -> Kopecks {
    Kopecks::new(value.as_i64().unwrap())
}

fn compare_line(line: &LineIn, wanted: &Value) {
    assert_eq!(line.id.as_deref(), wanted["id"].as_str());
    assert_eq!(line.name, wanted["name"].as_str().unwrap());
    assert_eq!(line.quantity, Quantity::parse(wanted["qty"].as_str().unwrap()).unwrap());
    assert_eq!(line.amount, kopecks(&wanted["sum_kop"]), "{}", line.name);
    if !wanted["price_kop"].is_null() {
        assert_eq!(line.price, kopecks(&wanted["price_kop"]), "{}", line.name);
    }
    assert_eq!(line.vat_rate.as_str(), wanted["vat"].as_str().unwrap(), "{}", line.name);
    assert_eq!(line.amount.vat_inside(line.vat_rate), kopecks(&wanted["vat_kop"]), "{}", line.name);
    assert_eq!(line.service, wanted["service"].as_bool().unwrap(), "{}", line.name);
}

fn compare_buyer(document: &DocumentIn, wanted: &Value) {
    let buyer = document.buyer.as_ref().unwrap();
    let is = match buyer.is {
        BuyerIs::Person => "person",
        BuyerIs::Company => "company",
        BuyerIs::Entrepreneur => "entrepreneur",
    };
    assert_eq!(is, wanted["kind"].as_str().unwrap());
    assert_eq!(buyer.name, wanted["name"].as_str().unwrap());
    assert_eq!(buyer.full_name, wanted["full"].as_str().unwrap());
    assert_eq!(buyer.inn.as_deref(), wanted["inn"].as_str());
    assert_eq!(buyer.kpp.as_deref(), wanted["kpp"].as_str());
}

fn compare_method(document: &DocumentIn, wanted: &str) {
    let (DocumentKind::Payment(money) | DocumentKind::Refund(money)) = document.kind else { panic!("no money") };
    let wanted = match wanted {
        "bank" => MoneyKind::Bank,
        "cash" => MoneyKind::Cash,
        _ => MoneyKind::Card,
    };
    assert_eq!(money, wanted);
}

fn compare(document: &DocumentIn, wanted: &Value) {
    let text = |name: &str| wanted[name].as_str();
    assert_eq!(kind(document), text("kind").unwrap());
    assert_eq!(document.id, text("id").unwrap());
    assert_eq!(document.number, text("number").unwrap());
    assert_eq!(document.date.to_string(), text("date").unwrap());
    assert_eq!(document.time.map(|time| time.to_string()).as_deref(), text("time"));
    assert_eq!(document.sum, kopecks(&wanted["sum_kop"]));
    assert_eq!(document.currency, text("currency").unwrap());
    assert_eq!(document.said.onec_number.as_deref(), text("number_1c"));
    assert_eq!(document.said.posted == Some(true), wanted["posted"].as_bool().unwrap());
    assert_eq!(document.said.deleted == Some(true), wanted["deleted"].as_bool().unwrap());
    if !wanted["buyer"].is_null() {
        compare_buyer(document, &wanted["buyer"]);
    }
    if document.kind == DocumentKind::Order {
        let lines = wanted["lines"].as_array().unwrap();
        assert_eq!(document.lines.len(), lines.len());
        document.lines.iter().zip(lines).for_each(|(line, wanted)| compare_line(line, wanted));
        let sum: Kopecks = document.lines.iter().map(|line| line.amount).sum();
        assert_eq!(sum, kopecks(&wanted["lines_sum_kop"]));
    }
    if let Some(delivery) = text("delivery") {
        assert_eq!(document.delivered, Some(delivery == "delivery"));
    }
    if let Some(place) = text("pickup_id") {
        assert_eq!(document.pickup.as_ref().unwrap().id, place);
    }
    if let Some(base) = text("base") {
        assert_eq!(document.base.as_deref(), Some(base));
    }
    if let Some(method) = text("method") {
        compare_method(document, method);
    }
    if let Some(payable) = wanted["payable"].as_bool() {
        assert_eq!(document.cancelled_because().is_none(), payable);
    }
    if let Some(paid) = wanted["paid_in_1c"].as_bool() {
        assert_eq!(document.is_settled_in_onec(), paid);
    }
}

#[test]
fn exc_no_20_every_fixture_kopeck_for_kopeck() {
    let expected: Value = serde_json::from_slice(&fixture("expected.json")).unwrap();
    let mut compared = 0;
    for (file, wanted) in expected.as_object().unwrap() {
        let found = documents(&fixture(file));
        let wanted = wanted.as_array().unwrap();
        assert_eq!(found.len(), wanted.len(), "{file}");
        for (document, wanted) in found.iter().zip(wanted) {
            println!("{file}: {} {}", document.number, document.id);
            compare(document, wanted);
            compared += 1;
        }
    }
    assert!(compared >= 25, "{compared}");
}

/// Third-party files are not part of this repository: read where they lie beside it.
#[test]
fn exc_no_20_real_files_of_other_programs() {
    let folder = format!("{}/../shared/fixtures/commerceml", env!("CARGO_MANIFEST_DIR"));
    let Ok(orders) = std::fs::read(format!("{folder}/real_bitrix_orders_2008.xml")) else {
        println!("NOT RUN: no third-party files beside the repository");
        return;
    };
    let orders = documents(&orders);
    assert!(orders.iter().all(|order| order.kind == DocumentKind::Order && order.sum.is_positive()));
    assert!(orders.iter().flat_map(|order| &order.lines).any(|line| line.delivery));
    let full = read(&std::fs::read(format!("{folder}/real_bitrix_query_full.xml")).unwrap()).unwrap();
    assert!(full.len() > 1 && full.iter().all(Result::is_ok), "{full:?}");
    assert_eq!(read(&std::fs::read(format!("{folder}/real_bitrix_query_empty.xml")).unwrap()).unwrap(), []);
}

fn one(body: &str) -> Verdict {
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><КоммерческаяИнформация ВерсияСхемы=\"2.07\">{body}\
         </КоммерческаяИнформация>"
    );
    read(text.as_bytes()).unwrap().remove(0)
}

pub fn order(extra: &str) -> String {
    format!(
        "<Документ><Ид>92c09445-3947-8850-6913-e328683efde1</Ид><Номер>7</Номер><Дата>2026-11-20</Дата>\
         <ХозОперация>Заказ товара</ХозОперация>{extra}</Документ>"
    )
}

#[test]
fn exc_no_18_encodings_namespaces_versions_line_ends() {
    let plain = String::from_utf8(fixture("01_person_delivery.xml")).unwrap();
    let wanted = documents(plain.as_bytes());
    let names = [
        "",
        "urn:1C.ru:commerceml_2",
        "urn:1C.ru:commerceml_205",
        "urn:1C.ru:commerceml_210",
        "urn:1C.ru:commerceml_3",
    ];
    for name in names {
        for version in ["2.03", "2.04", "2.05", "2.07", "2.08", "2.10", "3.1"] {
            let own = if name.is_empty() { String::new() } else { format!("xmlns=\"{name}\"") };
            let text = plain
                .replace("xmlns=\"urn:1C.ru:commerceml_2\"", &own)
                .replace("ВерсияСхемы=\"2.07\"", &format!("ВерсияСхемы=\"{version}\""));
            assert_eq!(documents(text.as_bytes()), wanted, "{name} {version}");
            assert_eq!(documents(text.replace('\n', "\r\n").as_bytes()), wanted);
            assert_eq!(documents(format!("\u{feff}{text}").as_bytes()), wanted);
            let declared = text.replace("encoding=\"UTF-8\"", "encoding=\"windows-1251\"");
            let (bytes, _, unmappable) = encoding_rs::WINDOWS_1251.encode(&declared);
            assert!(!unmappable);
            assert_eq!(documents(&bytes), wanted);
        }
    }
    let prefixed = plain
        .replace("xmlns=", "xmlns:c=")
        .replace("<Документ>", "<c:Документ>")
        .replace("</Документ>", "</c:Документ>");
    assert_eq!(documents(prefixed.as_bytes()), wanted);
}

#[test]
fn exc_no_18_bytes_that_do_not_decode_refuse_the_file() {
    let declared_utf8 = |bytes: &[u8]| [b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>".as_slice(), bytes].concat();
    let (body, ..) = encoding_rs::WINDOWS_1251.encode("<КоммерческаяИнформация/>");
    assert!(matches!(read(&declared_utf8(&body)), Err(FileFault::Encoding(_))));
    let with_bom = [
        b"\xef\xbb\xbf<?xml version=\"1.0\" encoding=\"windows-1251\"?>".as_slice(),
        "<КоммерческаяИнформация/>".as_bytes(),
    ]
    .concat();
    assert!(matches!(read(&with_bom), Err(FileFault::Encoding(_))));
    for label in ["koi8-r", "utf-16", "ibm866", "x"] {
        let text = format!("<?xml version=\"1.0\" encoding=\"{label}\"?><КоммерческаяИнформация/>");
        assert!(matches!(read(text.as_bytes()), Err(FileFault::Encoding(_))), "{label}");
    }
    // 0x98 is the one byte that windows-1251 does not have.
    let hole = [b"<?xml version=\"1.0\" encoding=\"windows-1251\"?>".as_slice(), &body, b"\x98"].concat();
    assert!(matches!(read(&hole), Err(FileFault::Encoding(_))));
}

#[test]
fn exc_no_21_buyers_told_apart() {
    let buyer = |party: &str| {
        let party = format!("<Сумма>1</Сумма><Контрагенты><Контрагент>{party}</Контрагент></Контрагенты>");
        let document = one(&order(&party)).unwrap();
        (document.buyer.unwrap(), document.warnings)
    };
    let (company, warnings) = buyer("<ОфициальноеНаименование>О</ОфициальноеНаименование>");
    assert_eq!((company.is, company.inn, company.kpp, warnings.len()), (BuyerIs::Company, None, None, 0));
    let (trader, _) = buyer("<ОфициальноеНаименование>О</ОфициальноеНаименование><ИНН>500123456750</ИНН>");
    assert_eq!(trader.is, BuyerIs::Entrepreneur);
    let (person, warnings) = buyer("<ПолноеНаименование>П</ПолноеНаименование><ИНН>771234567850</ИНН>");
    assert_eq!((person.is, person.inn.as_deref()), (BuyerIs::Person, Some("771234567850")), "kept with a wrong digit");
    assert!(warnings[0].contains("контрольная"), "{warnings:?}");
    let (short, warnings) = buyer("<Наименование>П</Наименование><ИНН>123</ИНН><КПП>1</КПП>");
    assert_eq!((short.inn, short.kpp, warnings.len()), (None, None, 2));
}

#[test]
fn exc_no_28_currencies() {
    for (text, wanted) in [
        ("643", "RUB"),
        ("RUB", "RUB"),
        ("RUR", "RUB"),
        ("руб", "RUB"),
        ("руб.", "RUB"),
        ("USD", "USD"),
        ("840", "840"),
    ] {
        assert_eq!(one(&order(&format!("<Валюта>{text}</Валюта><Сумма>1</Сумма>"))).unwrap().currency, wanted);
    }
}

#[test]
fn exc_no_29_vat_rates() {
    let rate = |text: &str| {
        let line = format!(
            "<Сумма>122</Сумма><Товары><Товар><Наименование>Т</Наименование><Сумма>122</Сумма><СтавкиНалогов><СтавкаНалога>\
             <Ставка>{text}</Ставка></СтавкаНалога></СтавкиНалогов></Товар></Товары>"
        );
        one(&order(&line)).map(|document| document.lines[0].vat_rate.as_str())
    };
    let known = [
        ("22", "22"),
        ("20", "20"),
        ("10", "10"),
        ("0", "0"),
        ("5", "5"),
        ("7", "7"),
        ("22/122", "22"),
        ("10/110", "10"),
        ("Без налога", "none"),
        ("Без НДС", "none"),
        ("", "none"),
        ("20.00", "20"),
        ("22%", "22"),
    ];
    for (text, wanted) in known {
        assert_eq!(rate(text).unwrap(), wanted, "{text}");
    }
    assert!(rate("18").unwrap_err().reason.contains("«18» неизвестна"));
    let none = Reading { zero_is_none: true };
    let groups: Vec<_> = Groups::open(fixture("12_vat_rates.xml").as_slice(), none).unwrap().collect();
    let lines = groups[0].as_ref().unwrap().documents[0].as_ref().unwrap().lines.clone();
    assert!(lines.iter().all(|line| line.vat_rate.as_str() != "0"));
}

#[test]
fn vat_on_top_of_line_sums_is_added() {
    let body = "<Сумма>122</Сумма><Налоги><Налог><УчтеноВСумме>false</УчтеноВСумме></Налог></Налоги><Товары><Товар>\
         <Наименование>Т</Наименование><ЦенаЗаЕдиницу>50</ЦенаЗаЕдиницу><Количество>2</Количество><Сумма>100</Сумма>\
         <СтавкиНалогов><СтавкаНалога><Ставка>22</Ставка></СтавкаНалога></СтавкиНалогов></Товар></Товары>";
    let line = one(&order(body)).unwrap().lines.remove(0);
    assert_eq!((line.amount, line.price), (Kopecks::new(12_200), Kopecks::new(6_100)));
}
