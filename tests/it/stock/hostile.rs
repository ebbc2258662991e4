//! Files that want to break the reader: it says no, and never panics, hangs or grows.

use oplata::gateways::onec::commerceml_in::{FileFault, Groups, Reading};
use proptest::prelude::*;

use super::files::{fixture, order, read};

fn document(declaration: &str, body: &str) -> Vec<u8> {
    let head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
    format!("{head}{declaration}<КоммерческаяИнформация>{body}</КоммерческаяИнформация>").into_bytes()
}

#[test]
fn exc_no_19_doctype_and_entities() {
    let declarations = [
        "<!DOCTYPE x>",
        "<!DOCTYPE x SYSTEM \"http://127.0.0.1:1/x.dtd\">",
        "<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]>",
        "<!DOCTYPE x [<!ENTITY % p SYSTEM \"http://127.0.0.1:1/\"> %p;]>",
        "<!DOCTYPE x PUBLIC \"-//x\" \"http://127.0.0.1:1/\">",
        "<!DOCTYPE l [<!ENTITY l \"lol\"><!ENTITY m \"&l;&l;&l;&l;&l;&l;&l;&l;\">]>",
    ];
    for declaration in declarations {
        let fault = read(&document(declaration, "")).unwrap_err();
        assert!(fault.to_string().contains("DOCTYPE"), "{fault}");
    }
    for reference in ["&a;", "&xxe;", "&nbsp;", "&#0;", "&#1;", "&#xFFFFFFF;"] {
        let body = order(&format!("<Сумма>1</Сумма><Комментарий>{reference}</Комментарий>"));
        assert!(matches!(read(&document("", &body)), Err(FileFault::Xml(_))), "{reference}");
    }
    let fine = order("<Сумма>1</Сумма><Основание>&lt;&amp;&gt;&quot;&apos;&#1078;</Основание>");
    assert_eq!(read(&document("", &fine)).unwrap()[0].as_ref().unwrap().base.as_deref(), Some("<&>\"'ж"));
}

#[test]
fn exc_no_19_depth_and_sizes() {
    let deep = format!("{}{}", "<а>".repeat(100), "</а>".repeat(100));
    let many: Vec<String> = (0..100).map(|n| format!("a{n}=\"1\"")).collect();
    let many = format!(" {}", many.join(" "));
    let cases = [
        order(&deep),
        order(&format!("<Сумма>1</Сумма><Комментарий>{}</Комментарий>", "я".repeat(40_000))),
        format!("<Документ{many}/>"),
        format!("<Документ a=\"{}\"/>", "я".repeat(40_000)),
        format!("<{}/>", "я".repeat(600)),
        format!("<!--{}-->", "я".repeat(400_000)),
        order(&"<а/>".repeat(400_000)),
    ];
    for case in cases {
        let fault = read(&document("", &case)).unwrap_err();
        assert!(matches!(fault, FileFault::Limit(_)), "{fault}");
    }
}

#[test]
fn broken_xml_and_foreign_files_are_refused() {
    let whole = document("", &order("<Сумма>1</Сумма>"));
    for cut in (1..whole.len()).step_by(7) {
        assert!(read(&whole[..cut]).is_err(), "{cut}");
    }
    assert!(read(&[whole.as_slice(), b"<x/>"].concat()).is_err());
    assert!(read(&[whole.as_slice(), b"  \r\n "].concat()).is_ok());
    assert!(matches!(read(b"<html></html>"), Err(FileFault::Foreign(_))));
    assert!(read(b"").is_err());
    assert!(read(b"PK\x03\x04").is_err());
}

#[test]
fn bad_documents_are_listed_and_the_others_read() {
    let body = [
        order("<Сумма>1</Сумма>"),
        order("<Сумма>-5</Сумма>"),
        order("<Сумма>NaN</Сумма>"),
        order(""),
        "<Документ><Номер>9</Номер><Сумма>1</Сумма></Документ>".to_owned(),
        order("<Сумма>0</Сумма>"),
        order("<Сумма>1.005</Сумма>"),
    ];
    let verdicts = read(&document("", &body.concat())).unwrap();
    let good: Vec<bool> = verdicts.iter().map(Result::is_ok).collect();
    assert_eq!(good, [true, false, false, false, false, true, true]);
    assert!(verdicts[1].as_ref().unwrap_err().reason.contains("отрицательное"));
    assert_eq!(verdicts[5].as_ref().unwrap().cancelled_because(), Some("сумма 0"));
    assert!(!verdicts[6].as_ref().unwrap().warnings.is_empty());
}

/// A file that is made while it is read: what it costs is one order, however many there are.
struct Endless {
    orders: usize,
    block: Vec<u8>,
    at: usize,
}

impl std::io::Read for Endless {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        while self.at == self.block.len() {
            if self.orders == 0 {
                return Ok(0);
            }
            self.orders -= 1;
            self.at = 0;
            self.block = if self.orders == 0 {
                "</КоммерческаяИнформация>".into()
            } else {
                order(&format!("<Сумма>{}.50</Сумма>", self.orders)).into_bytes()
            };
        }
        let count = out.len().min(self.block.len() - self.at);
        out[..count].copy_from_slice(&self.block[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

#[test]
fn exc_no_19_a_hundred_thousand_orders_stream() {
    let source = Endless { orders: 100_001, block: "<КоммерческаяИнформация>".into(), at: 0 };
    let mut groups = Groups::open(source, Reading::default()).unwrap();
    let count = groups.by_ref().map(|group| assert!(group.unwrap().documents[0].is_ok())).count();
    assert_eq!(count, 100_000);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// Bytes changed, cut and doubled at random: an answer comes, whatever it is.
    #[test]
    fn mutated_files_never_panic(
        file in prop::sample::select(vec!["01_person_delivery.xml", "06_partial_payments_container.xml", "08_windows1251_ut103.xml", "11_subordinate_documents_unf.xml"]),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..20),
        cut in any::<prop::sample::Index>(),
        repeat in any::<bool>(),
    ) {
        let mut bytes = fixture(file);
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if repeat {
            let at = cut.index(bytes.len());
            let tail = bytes[at..].to_vec();
            bytes.extend(tail);
        }
        drop(read(&bytes));
    }
}
