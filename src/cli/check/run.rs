//! The round.

use std::process::ExitCode;

use super::finding::Findings;
use super::{disk, listing, mail, onec, providers, public, store};
use crate::app;
use crate::base::config::Settings;
use crate::cli::say::say;

/// Looks at everything. Nothing is changed.
///
/// # Errors
/// Only when the looking itself fails.
pub async fn run(settings: &Settings, books: bool) -> anyhow::Result<ExitCode> {
    app::install_tls();
    let mut findings = Findings::default();
    listing::show(settings);
    say("\nБаза");
    store::look(settings, books, &mut findings);
    disk::look(settings, &mut findings);
    say("\nСсылки и адрес портала");
    store::look_at_keys(settings, &mut findings);
    public::look(settings, &mut findings).await;
    say("\nПровайдеры");
    providers::look(settings, &mut findings).await;
    say("\n1С");
    onec::look(settings, &mut findings).await;
    say("\nПочта");
    mail::look(settings, &mut findings).await;
    Ok(findings.close())
}
