//! The tables as diesel sees them: one text for both databases. `tests/it/schema.rs` holds the migrations to it.

#![allow(missing_docs)]

diesel::table! {
    sellers (id) {
        id -> Text,
        name -> Text,
        inn -> Text,
        kpp -> Nullable<Text>,
        ogrn -> Nullable<Text>,
        address -> Nullable<Text>,
        tax_system -> Nullable<BigInt>,
        is_default -> Bool,
        created_at -> Timestamp,
    }
}

diesel::table! {
    stores (code) {
        code -> Text,
        name -> Text,
        address -> Nullable<Text>,
        hours -> Nullable<Text>,
        phone -> Nullable<Text>,
    }
}

diesel::table! {
    orders (id) {
        id -> Text,
        source -> Text,
        number -> Text,
        ordered_on -> Date,
        mode -> Text,
        state -> Text,
        revision -> BigInt,
        version -> BigInt,
        content_hash -> Text,
        seller_id -> Text,
        store_code -> Nullable<Text>,
        manager_key -> Nullable<Text>,
        buyer_kind -> Text,
        buyer_name -> Text,
        buyer_inn -> Nullable<Text>,
        buyer_kpp -> Nullable<Text>,
        buyer_phone -> Nullable<Text>,
        buyer_email -> Nullable<Text>,
        delivery -> Text,
        currency -> Text,
        total -> BigInt,
        vat_total -> BigInt,
        lines_differ -> Bool,
        allow_parts -> Bool,
        pay_until -> Nullable<Timestamp>,
        deferred_until -> Nullable<Date>,
        onec_settled_total -> BigInt,
        reopened -> Bool,
        pilot -> Bool,
        changed_from -> Nullable<BigInt>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    order_keys (kind, value, year) {
        kind -> Text,
        value -> Text,
        year -> BigInt,
        order_id -> Text,
    }
}

diesel::table! {
    order_words (kind, word, order_id) {
        order_id -> Text,
        kind -> Text,
        word -> Text,
    }
}

diesel::table! {
    order_lines (order_id, revision, line) {
        order_id -> Text,
        revision -> BigInt,
        line -> BigInt,
        name -> Text,
        article -> Nullable<Text>,
        unit -> Text,
        quantity -> BigInt,
        price -> BigInt,
        amount -> BigInt,
        vat_rate -> Text,
        vat_amount -> BigInt,
    }
}

diesel::table! {
    order_balances (order_id) {
        order_id -> Text,
        total -> BigInt,
        paid -> BigInt,
        refunding -> BigInt,
        due -> BigInt,
        payment_state -> Text,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    pay_links (id) {
        id -> Text,
        order_id -> Text,
        key_id -> BigInt,
        token_hash -> Text,
        created_at -> Timestamp,
        revoked_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    link_events (link_id, kind) {
        link_id -> Text,
        kind -> Text,
        first_at -> Timestamp,
        last_at -> Timestamp,
        count -> BigInt,
    }
}

diesel::table! {
    attempts (id) {
        id -> Text,
        order_id -> Text,
        order_revision -> BigInt,
        account -> Text,
        method -> Text,
        amount -> BigInt,
        mode -> Text,
        state -> Text,
        request -> Text,
        provider_ref -> Nullable<Text>,
        confirmation_url -> Nullable<Text>,
        decline -> Nullable<Text>,
        review_reason -> Nullable<Text>,
        reported -> Nullable<Text>,
        details -> Nullable<Text>,
        browser -> Nullable<Text>,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        next_check_at -> Nullable<Timestamp>,
        checks -> BigInt,
        finished_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    refund_requests (id) {
        id -> Text,
        order_id -> Text,
        amount -> BigInt,
        reason -> Text,
        state -> Text,
        asked_by -> Text,
        decided_by -> Nullable<Text>,
        created_at -> Timestamp,
        decided_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    refunds (id) {
        id -> Text,
        request_id -> Nullable<Text>,
        document_id -> Text,
        order_id -> Text,
        amount -> BigInt,
        state -> Text,
        account -> Nullable<Text>,
        provider_ref -> Nullable<Text>,
        message -> Nullable<Text>,
        created_at -> Timestamp,
        next_check_at -> Nullable<Timestamp>,
        checks -> BigInt,
        finished_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    receipts (id) {
        id -> Text,
        order_id -> Text,
        attempt_id -> Nullable<Text>,
        refund_id -> Nullable<Text>,
        kind -> Text,
        state -> Text,
        amount -> BigInt,
        content -> Text,
        message -> Nullable<Text>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    notifications_in (id) {
        id -> Text,
        account -> Text,
        event_key -> Text,
        object_kind -> Text,
        provider_ref -> Text,
        raw -> Text,
        sender -> Text,
        received_at -> Timestamp,
        handled_at -> Nullable<Timestamp>,
        result -> Nullable<Text>,
    }
}

diesel::table! {
    onec_documents (guid) {
        guid -> Text,
        kind -> Text,
        direction -> Text,
        number -> Text,
        dated_on -> Date,
        posted -> Bool,
        deleted -> Bool,
        amount -> BigInt,
        account -> Nullable<Text>,
        incoming_number -> Nullable<Text>,
        payer_inn -> Nullable<Text>,
        content_hash -> Text,
        role -> Text,
        covers_id -> Nullable<Text>,
        version -> BigInt,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    onec_document_rows (guid, version, line) {
        guid -> Text,
        version -> BigInt,
        line -> BigInt,
        order_key -> Text,
        order_id -> Nullable<Text>,
        amount -> BigInt,
    }
}

diesel::table! {
    money_documents (id) {
        id -> Text,
        direction -> Text,
        kind -> Text,
        amount -> BigInt,
        seller_id -> Text,
        mode -> Text,
        received_at -> Timestamp,
        paid_on -> Date,
        fee -> Nullable<BigInt>,
        attempt_id -> Nullable<Text>,
        refund_id -> Nullable<Text>,
        bank_line_id -> Nullable<Text>,
        staff_entry_id -> Nullable<Text>,
        onec_guid -> Nullable<Text>,
        onec_version -> Nullable<BigInt>,
    }
}

diesel::table! {
    document_locks (document_id) {
        document_id -> Text,
        version -> BigInt,
    }
}

diesel::table! {
    allocations (id) {
        id -> Text,
        document_id -> Text,
        order_id -> Text,
        amount -> BigInt,
        reason -> Text,
        undoes_id -> Nullable<Text>,
        recorded_by -> Text,
        recorded_at -> Timestamp,
    }
}

diesel::table! {
    journal (seq) {
        seq -> BigInt,
        at -> Timestamp,
        actor -> Text,
        subject_kind -> Text,
        subject_id -> Text,
        action -> Text,
        details -> Text,
    }
}

diesel::table! {
    journal_seals (seq) {
        seq -> BigInt,
        hash -> Text,
        sealed_at -> Timestamp,
    }
}

diesel::table! {
    exports (document_id) {
        document_id -> Text,
        road -> Text,
        revision -> BigInt,
        accepted_revision -> BigInt,
        state -> Text,
        onec_ref -> Nullable<Text>,
        onec_number -> Nullable<Text>,
        onec_date -> Nullable<Date>,
        posted -> Bool,
        message -> Nullable<Text>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        sent_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    exchange_log (id) {
        id -> Text,
        road -> Text,
        at -> Timestamp,
        request -> Text,
        body -> Text,
        status -> BigInt,
        answer -> Text,
        verdict -> Text,
    }
}

diesel::table! {
    outbox (id) {
        id -> Text,
        topic -> Text,
        dedupe_key -> Text,
        payload -> Text,
        state -> Text,
        attempts -> BigInt,
        created_at -> Timestamp,
        available_at -> Timestamp,
        leased_by -> Nullable<Text>,
        lease_until -> Nullable<Timestamp>,
        last_error -> Nullable<Text>,
        needs -> Nullable<Text>,
        finished_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    alerts (id) {
        id -> Text,
        kind -> Text,
        subject -> Text,
        severity -> Text,
        message -> Text,
        order_id -> Nullable<Text>,
        opened_at -> Timestamp,
        muted_until -> Nullable<Timestamp>,
        closed_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    staff (id) {
        id -> Text,
        email -> Text,
        name -> Text,
        role -> Text,
        password_hash -> Text,
        totp_secret -> Nullable<Text>,
        totp_step -> BigInt,
        recovery_codes -> Text,
        active -> Bool,
        created_at -> Timestamp,
        last_login_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    sessions (id) {
        id -> Text,
        token_hash -> Text,
        csrf_hash -> Text,
        staff_id -> Text,
        stage -> Text,
        address -> Text,
        agent -> Text,
        created_at -> Timestamp,
        last_seen_at -> Timestamp,
        expires_at -> Timestamp,
        ended_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    login_misses (key) {
        key -> Text,
        misses -> BigInt,
        last_at -> Timestamp,
        blocked_until -> Nullable<Timestamp>,
    }
}

diesel::table! {
    settings (key) {
        key -> Text,
        value -> Text,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    exchange_sessions (id) {
        id -> Text,
        token_hash -> Text,
        sessid_hash -> Nullable<Text>,
        created_at -> Timestamp,
        last_seen_at -> Timestamp,
    }
}

diesel::table! {
    exchange_files (id) {
        id -> Text,
        session_id -> Text,
        parent_id -> Nullable<Text>,
        name -> Text,
        size -> BigInt,
        state -> Text,
        documents -> BigInt,
        handled -> BigInt,
        bad -> BigInt,
        message -> Text,
        received_at -> Timestamp,
        touched_at -> Timestamp,
    }
}

diesel::table! {
    exchange_chunks (file_id, start) {
        file_id -> Text,
        start -> BigInt,
        size -> BigInt,
        bytes -> Text,
    }
}

diesel::table! {
    exchange_verdicts (file_id, position) {
        file_id -> Text,
        position -> BigInt,
        document_id -> Text,
        number -> Text,
        outcome -> Text,
        message -> Text,
        order_id -> Nullable<Text>,
        at -> Timestamp,
    }
}

diesel::table! {
    exchange_marks (document_id) {
        document_id -> Text,
        generated_at -> Timestamp,
    }
}

diesel::table! {
    exchange_outgoing (order_id) {
        order_id -> Text,
        picture -> Nullable<Text>,
        sent_at -> Nullable<Timestamp>,
        held -> Bool,
    }
}

diesel::table! {
    exchange_given (session_id, order_id) {
        session_id -> Text,
        order_id -> Text,
        picture -> Text,
        given_at -> Timestamp,
    }
}

diesel::joinable!(money_documents -> sellers (seller_id));
diesel::joinable!(order_balances -> orders (order_id));
diesel::joinable!(exports -> money_documents (document_id));

diesel::allow_tables_to_appear_in_same_query!(
    order_words,
    sellers,
    stores,
    orders,
    order_keys,
    order_lines,
    order_balances,
    pay_links,
    link_events,
    attempts,
    refund_requests,
    refunds,
    receipts,
    notifications_in,
    onec_documents,
    onec_document_rows,
    money_documents,
    document_locks,
    allocations,
    journal,
    journal_seals,
    exports,
    exchange_log,
    outbox,
    alerts,
    staff,
    sessions,
    login_misses,
    settings,
    exchange_sessions,
    exchange_files,
    exchange_chunks,
    exchange_verdicts,
    exchange_marks,
    exchange_outgoing,
    exchange_given,
);
