//! Archives: several files in one, in one part or many, and those that want to do harm.

use std::io::Write as _;

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::files::fixture;
use super::protocol::has;
use crate::common::app::on_both;
use crate::common::ut11::Ut11;

fn packed(files: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, bytes) in files {
        writer.start_file(*name, options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

on_both! {
    async fn exc_no_12_archives_whole_and_in_parts(app) {
        let archive = packed(&[
            ("orders-a_1.xml", fixture("01_person_delivery.xml")),
            ("orders-a_2.xml", fixture("08_windows1251_ut103.xml")),
        ]);
        for part in [usize::MAX, 100, 1000] {
            let mut client = Ut11::new(&app);
            client.part = part;
            client.checkauth().await;
            client.init().await;
            let sent = client.file("v8_1A2B_3c.zip", &archive).await;
            assert_eq!(sent.word(), "success", "{}", sent.text());
            for name in ["orders-a_1.xml", "orders-a_2.xml", "v8_1A2B_3c.zip"] {
                let answer = client.import(name).await;
                assert_eq!(answer.word(), "success", "{name}: {}", answer.text());
            }
            assert_eq!(client.import("orders-a_3.xml").await.word(), "failure");
        }
        assert!(has(&app, "11c3edf1-f188-24ae-0c58-2edfe26bf10c").await);
        app.stop().await;
    }

    async fn exc_no_16_archives_that_want_harm(app) {
        let good = fixture("01_person_delivery.xml");
        let bomb = vec![b' '; 40 * 1024 * 1024];
        let mut cases: Vec<(&str, Vec<u8>)> = vec![
            ("slip", packed(&[("../orders.xml", good.clone())])),
            ("backslash", packed(&[("..\\orders.xml", good.clone())])),
            ("absolute", packed(&[("/tmp/orders.xml", good.clone())])),
            ("nested", packed(&[("a.zip", packed(&[("a.xml", good.clone())]))])),
            ("foreign", packed(&[("orders.exe", good.clone())])),
            ("bomb", packed(&[("orders.xml", bomb)])),
            ("broken inside", packed(&[("a.xml", good.clone()), ("b.xml", b"<x>".to_vec())])),
            ("nothing", packed(&[])),
        ];
        let many: Vec<(String, Vec<u8>)> = (0..1_200).map(|n| (format!("{n}.xml"), b"x".to_vec())).collect();
        cases.push(("many", packed(&many.iter().map(|(name, bytes)| (name.as_str(), bytes.clone())).collect::<Vec<_>>())));
        // The local name differs from the one of the directory.
        let mut liar = packed(&[("orders.xml", good.clone())]);
        let at = liar.windows(10).position(|window| window == b"orders.xml").unwrap();
        liar[at] = b'x';
        cases.push(("liar", liar));
        let mut damaged = packed(&[("orders.xml", good)]);
        damaged[120] ^= 0xff;
        cases.push(("damaged", damaged));
        for (what, archive) in cases {
            let mut client = Ut11::new(&app);
            client.checkauth().await;
            client.init().await;
            let begun = std::time::Instant::now();
            let sent = client.file("v8.zip", &archive).await;
            let answer = if sent.word() == "success" { client.import("v8.zip").await } else { sent };
            assert_eq!(answer.word(), "failure", "{what}: {}", answer.text());
            assert!(begun.elapsed() < std::time::Duration::from_secs(20), "{what}");
        }
        assert!(!has(&app, "92c09445-3947-8850-6913-e328683efde1").await, "nothing of any of them went in");
        app.stop().await;
    }
}
