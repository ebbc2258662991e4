//! The model alone, at length.

use std::time::Instant;

use super::books::Books;
use super::event::history;

/// `OPLATA_HISTORIES` names how many (the full measure is 10,000, release, within two minutes).
#[test]
fn model_ten_thousand() {
    let histories = std::env::var("OPLATA_HISTORIES").ok().and_then(|text| text.parse().ok()).unwrap_or(100);
    let begun = Instant::now();
    let mut refused = 0_usize;
    for seed in 0..histories {
        let mut books = Books::new(seed % 2 == 0);
        for step in history(seed, 200) {
            if books.is_sensible(&step.event) && !step.crash {
                refused += usize::from(books.apply(&step.event).is_err());
            }
        }
        books.check();
    }
    eprintln!("{histories} histories of 200 steps in {:?}, {refused} steps refused", begun.elapsed());
}
