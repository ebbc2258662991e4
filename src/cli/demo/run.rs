//! Starting, filling, guiding, stopping.

use anyhow::{Context as _, ensure};

use super::folder::Folder;
use super::stand::Stand;
use super::{guide, people, stories};
use crate::base::config::Log;
use crate::cli::args::Demo;
use crate::cli::say::say;
use crate::cli::{log, signals};

/// Runs until asked to stop.
///
/// # Errors
/// When something cannot be started or a story does not come true.
pub async fn run(wish: &Demo) -> anyhow::Result<()> {
    ensure!(
        wish.listen.ip().is_loopback(),
        "--listen: демонстрация с её общим паролем открывается только на этом компьютере"
    );
    let began = std::time::Instant::now();
    let folder = Folder::fresh(&wish.dir, wish.keep)?;
    let lines = std::fs::File::create(folder.log()).context("журнал не создать")?;
    log::start(&Log::default(), log::file(lines))?;
    say("Готовим демонстрацию: портал, учебный банк, учебная 1С, почта…");
    let stand = Stand::start(wish.listen, &folder).await?;
    let hands = people::settle_in(stand.context()).await?;
    let told = tokio::select! {
        told = stories::tell(&stand, &hands) => Some(told),
        () = signals::asked_to_stop() => None,
    };
    match told {
        Some(Ok(shown)) => {
            guide::print(&stand, &shown, began.elapsed(), &wish.dir);
            signals::asked_to_stop().await;
        }
        Some(Err(error)) => {
            stand.stop().await;
            return Err(
                error.context(format!("не удалось наполнить демонстрацию (журнал — {})", folder.log().display()))
            );
        }
        None => {}
    }
    say("\nОстанавливаем…");
    signals::in_order(stand.stop()).await;
    Ok(())
}
