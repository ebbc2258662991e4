//! The official Python SDK (PyPI `yookassa`), unmodified, against the emulator: what it accepts, the real service's
//! other clients accept too.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)] // helpers of tests are tests

use std::process::Command;

use oplata::emulators::yookassa::{Config, start};

/// The Python to run: one that can import `yookassa`.
fn python() -> Option<String> {
    let python = std::env::var("OPLATA_SDK_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let imports = Command::new(&python).args(["-c", "import yookassa"]).output();
    imports.is_ok_and(|done| done.status.success()).then_some(python)
}

#[actix_web::test]
async fn the_official_sdk_is_served() {
    let Some(python) = python() else {
        let text =
            "the official SDK was not run: pip install yookassa, or point OPLATA_SDK_PYTHON at a Python that has it";
        assert!(std::env::var_os("CI").is_none(), "{text}");
        println!("SKIPPED {text}");
        return;
    };
    let emulator = start(Config::local("100500", "test_Secret-1")).await.unwrap();
    let url = format!("http://{}", emulator.addr);
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sdk/yookassa_sdk.py");
    let run = move || Command::new(python).args([script, &url, "100500", "test_Secret-1"]).output().unwrap();
    let done = tokio::task::spawn_blocking(run).await.unwrap();
    let told = format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    println!("{told}");
    assert!(done.status.success(), "{told}");
    emulator.stop().await;
}
