//! What can be said on the command line.

use std::path::PathBuf;

use clap::{Args as Group, Parser, Subcommand, ValueEnum};

/// Платёжный портал между 1С:Управление торговлей и покупателем.
#[derive(Debug, Parser)]
#[command(name = "oplata", version, disable_help_subcommand = true, subcommand_required = true)]
pub struct Args {
    /// Файл настроек; без него — oplata.toml этой папки, если он есть. Поверх файла ложатся OPLATA__РАЗДЕЛ__КЛЮЧ.
    #[arg(long, global = true, value_name = "ФАЙЛ")]
    pub config: Option<PathBuf>,
    /// Что делать.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Показать всё сразу: портал, учебный банк, учебная 1С, почта и заказы во всех состояниях
    Demo(Demo),
    /// Отвечать покупателям, 1С, провайдерам и сотрудникам
    Serve,
    /// Только фоновая работа: письма, опрос провайдера, отправка в 1С
    Worker,
    /// Обновить схему базы
    Migrate,
    /// Проверить настройки и связь; о каждой беде — что с ней делать
    Check(Check),
    /// Сотрудники
    #[command(subcommand)]
    Staff(Staff),
    /// Сделать резервную копию (можно на ходу)
    Backup(Backup),
    /// Проверить резервную копию или восстановить базу из неё
    Restore(Restore),
    /// Очередь исходящих сообщений
    #[command(subcommand)]
    Outbox(Outbox),
    /// Журнал действий
    #[command(subcommand)]
    Audit(Audit),
    /// Запустить учебный внешний мир
    Emulate(Emulate),
}

/// `demo`
#[derive(Debug, Group)]
pub struct Demo {
    /// Адрес портала; остальное встаёт на соседние порты, а если они заняты — на свободные
    #[arg(long, value_name = "АДРЕС", default_value = "127.0.0.1:8080")]
    pub listen: std::net::SocketAddr,
    /// Папка с базой, письмами и журналом
    #[arg(long, value_name = "ПАПКА", default_value = "oplata-demo")]
    pub dir: PathBuf,
    /// Прежнюю папку не удалять, а отложить рядом
    #[arg(long)]
    pub keep: bool,
}

/// `check`
#[derive(Debug, Group)]
pub struct Check {
    /// Ещё и пересчитать все остатки заново по первичным записям
    #[arg(long)]
    pub books: bool,
}

/// `staff …`
#[derive(Debug, Subcommand)]
pub enum Staff {
    /// Завести сотрудника; пароль печатается один раз
    Add(StaffAdd),
    /// Новый пароль; прежние входы закрываются
    Reset(StaffReset),
    /// Кто есть
    List,
}

/// `staff add`
#[derive(Debug, Group)]
pub struct StaffAdd {
    /// Почта: имя для входа
    #[arg(long, value_name = "ПОЧТА")]
    pub email: String,
    /// manager, accountant, chief_accountant, technician, head, admin
    #[arg(long, value_name = "РОЛЬ")]
    pub role: String,
    /// Имя и фамилия
    #[arg(long, value_name = "ИМЯ", default_value = "")]
    pub name: String,
    /// Пароль — первая строка файла (нужен chmod 600)
    #[arg(long, value_name = "ФАЙЛ")]
    pub password_file: Option<PathBuf>,
    /// Сразу завести второй шаг и напечатать его секрет
    #[arg(long)]
    pub totp: bool,
}

/// `staff reset`
#[derive(Debug, Group)]
pub struct StaffReset {
    /// Почта: имя для входа
    #[arg(long, value_name = "ПОЧТА")]
    pub email: String,
    /// Пароль — первая строка файла (нужен chmod 600)
    #[arg(long, value_name = "ФАЙЛ")]
    pub password_file: Option<PathBuf>,
    /// Завести второй шаг заново и напечатать его секрет
    #[arg(long)]
    pub totp: bool,
}

/// `backup`
#[derive(Debug, Group)]
pub struct Backup {
    /// Файл копии; рядом встанет ФАЙЛ.manifest.json
    #[arg(value_name = "ФАЙЛ")]
    pub file: PathBuf,
}

/// `restore`
#[derive(Debug, Group)]
pub struct Restore {
    /// Файл копии; рядом должен лежать ФАЙЛ.manifest.json
    #[arg(value_name = "ФАЙЛ")]
    pub file: PathBuf,
    /// Только доказать, что копия цела; базу не трогать
    #[arg(long)]
    pub check: bool,
    /// Восстановить поверх непустой базы (SQLite: прежняя останется рядом)
    #[arg(long)]
    pub force: bool,
}

/// `outbox …`
#[derive(Debug, Subcommand)]
pub enum Outbox {
    /// Ничего не отправлять, пока не скажут resume
    Pause,
    /// Отправлять дальше
    Resume,
    /// Сколько ждёт и чего
    Status,
}

/// `audit …`
#[derive(Debug, Subcommand)]
pub enum Audit {
    /// Проверить, что в журнале ничего не изменено и не вынуто
    Verify,
}

/// `emulate`
#[derive(Debug, Group)]
pub struct Emulate {
    /// Кого изображать
    #[arg(value_name = "КТО")]
    pub world: World,
    /// Адрес, на котором слушать
    #[arg(long, value_name = "АДРЕС")]
    pub listen: Option<std::net::SocketAddr>,
}

/// A pretend outside world.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum World {
    /// ЮKassa с её страницей оплаты
    Yookassa,
    /// 1С:Управление торговлей
    Onec,
    /// Почта, читаемая в браузере
    Mailbox,
}
