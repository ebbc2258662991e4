//! Believable data for the gallery; all names and numbers are made up.

pub mod door;
pub mod order;
pub mod orders;
pub mod rooms;

use oplata::base::Kopecks;
use oplata::web::staff::view::*;

pub fn rub(kopecks: i64) -> Kopecks {
    Kopecks::new(kopecks)
}

pub fn shell(room: Room) -> Shell {
    let link = |room, count, tone| RoomLink { room, count, tone };
    Shell {
        shop: "ДомПлюс".to_owned(),
        room,
        rooms: vec![
            link(Room::Orders, 0, Tone::Grey),
            link(Room::Manual, 3, Tone::Amber),
            link(Room::Alerts, 2, Tone::Red),
            link(Room::State, 0, Tone::Grey),
        ],
        person: Person { name: "Елена Крылова".to_owned(), role: "бухгалтер".to_owned() },
        csrf: "t0ken".to_owned(),
        light: Some(Light {
            words: "1С молчит 18 мин".to_owned(), tone: Tone::Amber, href: "/staff/state".to_owned()
        }),
        stand: None,
        search: String::new(),
        notice: None,
    }
}
