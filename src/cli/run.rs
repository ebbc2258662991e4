//! From the command line to the command.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Parser as _;

use super::args::{Args, Audit, Command};
use super::{audit, backup, check, demo, emulate, log, migrate, outbox, say, serve, staff, worker};
use crate::base::config::Settings;

/// Settings of the folder the command is run in.
const HERE: &str = "oplata.toml";

/// Runs the command of this process. 0: done; 1: not done, or something is wrong; 2: the command line was not
/// understood.
#[must_use]
pub fn run() -> ExitCode {
    let args = Args::parse();
    match execute(args) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("Ошибка: {}", say::paragraph(&error));
            ExitCode::FAILURE
        }
    }
}

fn execute(args: Args) -> anyhow::Result<ExitCode> {
    if let Command::Demo(wish) = args.command {
        return runtime()?.block_on(demo::run(&wish)).map(|()| ExitCode::SUCCESS);
    }
    let settings = load(args.config)?;
    log::start(&settings.log, log::stderr())?;
    let done = |()| ExitCode::SUCCESS;
    match args.command {
        Command::Demo(_) => Ok(ExitCode::SUCCESS),
        Command::Serve => runtime()?.block_on(serve::run(settings)).map(done),
        Command::Worker => runtime()?.block_on(worker::run(settings)).map(done),
        Command::Migrate => migrate::run(&settings).map(done),
        Command::Check(wish) => runtime()?.block_on(check::run(&settings, wish.books)),
        Command::Staff(wish) => staff::run(&settings, &wish).map(done),
        Command::Backup(wish) => backup::create(&settings, &wish.file).map(done),
        Command::Restore(wish) if wish.check => backup::check(&wish.file).map(done),
        Command::Restore(wish) => backup::restore(&settings, &wish.file, wish.force).map(done),
        Command::Outbox(wish) => outbox::run(&settings, &wish).map(done),
        Command::Audit(Audit::Verify) => audit::verify(&settings),
        Command::Emulate(wish) => runtime()?.block_on(emulate::run(&settings, &wish)).map(done),
    }
}

fn load(named: Option<PathBuf>) -> anyhow::Result<Settings> {
    let file = named.or_else(|| Some(PathBuf::from(HERE)).filter(|path| Path::new(path).exists()));
    // A variable that is no text cannot be one of ours.
    let environment =
        std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    Ok(Settings::load(file.as_deref(), environment)?)
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().context("не удалось начать работу")
}
