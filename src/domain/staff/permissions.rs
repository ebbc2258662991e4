//! Who may do what: one table, read in one place, deny by default (STF-7).

use crate::base::{Error, Result, text_enum};

text_enum! {
    /// A role of the back office.
    pub enum Role {
        /// Sells and sends links.
        Manager => "manager",
        /// Books money and closes the day.
        Accountant => "accountant",
        /// Confirms what accountants ask for.
        ChiefAccountant => "chief_accountant",
        /// Keeps the machine running; sees no personal data.
        Technician => "technician",
        /// Reads reports; personal data masked.
        Head => "head",
        /// Manages people and settings.
        Admin => "admin",
    }
}

impl Role {
    /// The role in Russian.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Manager => "менеджер",
            Self::Accountant => "бухгалтер",
            Self::ChiefAccountant => "главный бухгалтер",
            Self::Technician => "техник",
            Self::Head => "руководитель",
            Self::Admin => "администратор",
        }
    }

    /// Whether this role moves money or people, so that a password alone is not enough (STF-3).
    #[must_use]
    pub const fn needs_second_step(self) -> bool {
        matches!(self, Self::Accountant | Self::ChiefAccountant | Self::Admin)
    }
}

text_enum! {
    /// Setting `staff.totp`.
    #[derive(Default)]
    pub enum TotpRule {
        /// Roles that move money or people must set it up at their first login.
        #[default]
        Required => "required",
        /// Everybody may, nobody must: training stands and demos.
        Optional => "optional",
    }
}

impl TotpRule {
    /// Whether a person of `role` may not work without a second step.
    #[must_use]
    pub const fn demands(self, role: Role) -> bool {
        matches!(self, Self::Required) && role.needs_second_step()
    }
}

text_enum! {
    /// Something a person may be allowed to do.
    pub enum Permission {
        /// The list and the cards, personal data masked.
        SeeOrders => "see_orders",
        /// Names, phones and mail in full; each opening is journaled.
        SeePersonalData => "see_personal_data",
        /// Send, copy, show and revoke the customer's link.
        SendLink => "send_link",
        /// Ask to give money back.
        AskRefund => "ask_refund",
        /// Confirm what somebody else asked to give back.
        ConfirmRefund => "confirm_refund",
        /// The list «Внести в 1С»: see and close its rows.
        EnterIn1c => "enter_in_1c",
        /// Record money of unclear standing, here or on another order.
        ResolveReview => "resolve_review",
        /// The list of alerts.
        SeeAlerts => "see_alerts",
        /// Silence an alert for a while.
        MuteAlerts => "mute_alerts",
        /// The state of connections and queues.
        SeeState => "see_state",
        /// Send again what was given up or rejected.
        RetryExports => "retry_exports",
        /// Sums over periods.
        SeeReports => "see_reports",
        /// Add people, change roles, reset passwords.
        ManageStaff => "manage_staff",
        /// The journal.
        SeeJournal => "see_journal",
    }
}

impl Permission {
    /// Whether `role` has it. A role that is not named here does not.
    #[must_use]
    pub const fn allows(self, role: Role) -> bool {
        use Role::{Accountant, Admin, ChiefAccountant, Head, Manager, Technician};
        match self {
            Self::SeeOrders => true,
            Self::SeePersonalData | Self::SendLink => matches!(role, Manager | Accountant | ChiefAccountant | Admin),
            Self::AskRefund => matches!(role, Manager | Accountant | ChiefAccountant),
            Self::ConfirmRefund => matches!(role, Accountant | ChiefAccountant | Admin),
            Self::EnterIn1c | Self::ResolveReview => matches!(role, Accountant | ChiefAccountant),
            Self::SeeAlerts => matches!(role, Accountant | ChiefAccountant | Technician | Head | Admin),
            Self::MuteAlerts => matches!(role, Accountant | ChiefAccountant | Technician | Admin),
            Self::SeeState => matches!(role, Technician | Head | Admin),
            Self::RetryExports => matches!(role, Accountant | ChiefAccountant | Technician | Admin),
            Self::SeeReports => matches!(role, Accountant | ChiefAccountant | Head | Admin),
            Self::ManageStaff => matches!(role, Admin),
            Self::SeeJournal => matches!(role, ChiefAccountant | Technician | Admin),
        }
    }

    /// Refuses when `role` does not have it.
    ///
    /// # Errors
    /// `Forbidden` in words for the person.
    pub fn demand(self, role: Role) -> Result<()> {
        if self.allows(role) {
            return Ok(());
        }
        Err(Error::forbidden(format!("Роль «{}» этого не может.", role.title())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The matrix of security.md and design.md §4, written down a second time: manager, accountant, chief accountant,
    /// technician, head, admin.
    const MATRIX: [(Permission, &str); 14] = [
        (Permission::SeeOrders, "++++++"),
        (Permission::SeePersonalData, "+++--+"),
        (Permission::SendLink, "+++--+"),
        (Permission::AskRefund, "+++---"),
        (Permission::ConfirmRefund, "-++--+"),
        (Permission::EnterIn1c, "-++---"),
        (Permission::ResolveReview, "-++---"),
        (Permission::SeeAlerts, "-+++++"),
        (Permission::MuteAlerts, "-+++-+"),
        (Permission::SeeState, "---+++"),
        (Permission::RetryExports, "-+++-+"),
        (Permission::SeeReports, "-++-++"),
        (Permission::ManageStaff, "-----+"),
        (Permission::SeeJournal, "--++-+"),
    ];

    #[test]
    fn every_cell_of_the_matrix_is_as_written() {
        assert_eq!(MATRIX.map(|(permission, _)| permission), *Permission::ALL, "every permission has its row");
        for (permission, row) in MATRIX {
            let allowed: String =
                Role::ALL.iter().map(|role| if permission.allows(*role) { '+' } else { '-' }).collect();
            assert_eq!(allowed, row, "{permission}");
        }
    }

    #[test]
    fn a_refusal_names_the_role() {
        let refusal = Permission::ManageStaff.demand(Role::Manager).unwrap_err();
        assert_eq!(refusal.to_string(), "Роль «менеджер» этого не может.");
        assert!(Permission::ManageStaff.demand(Role::Admin).is_ok());
    }
}
