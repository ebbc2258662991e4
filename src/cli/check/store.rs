//! The database and its books, the keys of links.

use super::finding::Findings;
use crate::app;
use crate::base::config::Settings;
use crate::domain::payments::books;
use crate::domain::{exports, outbox};

/// Whether it is there, has the schema, and what waits in it.
pub fn look(settings: &Settings, with_books: bool, findings: &mut Findings) {
    if let Some(path) = settings.database.url.reveal().strip_prefix("sqlite://")
        && !std::path::Path::new(path).exists()
    {
        return findings.note(&format!("Базы {path} ещё нет: её создаст первый `oplata serve`."));
    }
    let db = match app::existing_database(settings) {
        Ok(db) => db,
        Err(error) => return findings.wrong(&format!("{error}.")),
    };
    findings.fine("База отвечает, схема та, что нужна этой программе.");
    match db.read_now(|connection| Ok((outbox::is_paused(connection)?, outbox::counts(connection)?))) {
        Err(error) => findings.wrong(&format!("Очередь не читается: {error}.")),
        Ok((true, counts)) => findings.note(&format!(
            "Отправка остановлена, ждёт {}. Так бывает после восстановления из копии; продолжить — `oplata outbox resume`.",
            counts.ready
        )),
        Ok((false, counts)) if counts.dead > 0 => findings.note(&format!(
            "Сообщений, которым нужен человек: {}. Они в списке тревог кабинета.",
            counts.dead
        )),
        Ok(_) => findings.fine("Отправка идёт, брошенных сообщений нет."),
    }
    match db.read_now(|connection| exports::list_unfinished(connection, 1000)) {
        Err(error) => findings.wrong(&format!("Выгрузка не читается: {error}.")),
        Ok(waiting) if waiting.is_empty() => findings.fine("Все деньги приняты 1С."),
        Ok(waiting) => findings.note(&format!("Документов, которых 1С ещё не приняла: {}.", waiting.len())),
    }
    if with_books {
        count(&db, findings);
    }
}

fn count(db: &crate::db::Db, findings: &mut Findings) {
    match db.read_now(|connection| Ok((books::check(connection)?, books::totals(connection)?))) {
        Err(error) => findings.wrong(&format!("Книги не читаются: {error}.")),
        Ok((problems, (came, went, documents))) => {
            for problem in &problems {
                findings.wrong(&format!("{problem}. Не правьте базу руками: сохраните копию и разберите запись."));
            }
            if problems.is_empty() {
                findings.fine(&format!("Книги сходятся: боевых документов {documents}, пришло {came}, ушло {went}."));
            }
        }
    }
}

/// Whether links can be made and read.
pub fn look_at_keys(settings: &Settings, findings: &mut Findings) {
    let named = !settings.links.key.is_empty() || !settings.links.keys.is_empty();
    match (app::existing_link_keys(settings), app::own_key_path(settings)) {
        (Err(error), Some(path)) if !named => findings.note(&format!(
            "{error}. При первом `oplata serve` ключ появится в {path}; сохраните его отдельно от копий базы."
        )),
        (Err(error), _) => findings.wrong(&format!("{error}. Задайте links.key_file: 32 знака и больше, chmod 600.")),
        (Ok(_), Some(path)) if !named => findings.fine(&format!(
            "Ключ ссылок — {path}. Без него все отправленные ссылки умрут: храните его копию отдельно от копий базы."
        )),
        (Ok(keys), _) => findings.fine(&format!("Ключей ссылок: {}, новые ссылки делает последний.", keys.len())),
    }
}
