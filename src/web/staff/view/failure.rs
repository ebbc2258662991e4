//! Pages for what did not work: what happened and the way out, never a stack or a path.

use askama::Template;

use super::shell::Stand;

/// An error page in the look of the back office.
#[derive(Debug, Clone, Template)]
#[template(path = "staff/failure.html")]
pub struct FailurePage {
    /// The shop's name.
    pub shop: String,
    /// HTTP status, shown small.
    pub code: u16,
    /// At most six words.
    pub title: String,
    /// One sentence: why, and what to do.
    pub text: String,
    /// The way out: words and address.
    pub way: (String, String),
    /// Number by which the log tells more.
    pub number: Option<String>,
    /// Training or test.
    pub stand: Option<Stand>,
}

impl FailurePage {
    /// The page for `code` with the usual words; `reason` replaces the sentence where a rule explained itself.
    #[must_use]
    pub fn of(code: u16, shop: &str, reason: Option<String>, stand: Option<Stand>) -> Self {
        let (title, text) = words(code);
        Self {
            shop: shop.to_owned(),
            code,
            title: title.to_owned(),
            text: reason.unwrap_or_else(|| text.to_owned()),
            way: ("К заказам".to_owned(), "/staff/orders".to_owned()),
            number: None,
            stand,
        }
    }
}

const fn words(code: u16) -> (&'static str, &'static str) {
    match code {
        400 | 422 => ("Не получилось прочитать форму", "Вернитесь назад, проверьте поля и отправьте ещё раз."),
        403 => (
            "Сюда нельзя с вашей ролью",
            "Если это нужно по работе, попросите администратора. Если страница долго была открыта — обновите её.",
        ),
        404 => ("Такой страницы нет", "Возможно, ссылка устарела или в адресе ошибка."),
        409 => ("Уже изменилось", "Пока страница была открыта, данные изменил кто-то другой. Откройте её заново."),
        429 => ("Слишком много попыток", "Подождите несколько минут и попробуйте снова."),
        503 => {
            ("Временно недоступно", "База данных занята или остановлена. Ничего не потеряно, повторите через минуту.")
        }
        _ => {
            ("Что-то сломалось у нас", "Мы уже записали ошибку. Деньги и заказы не пострадали, повторите через минуту.")
        }
    }
}
