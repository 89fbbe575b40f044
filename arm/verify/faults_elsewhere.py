"""Cases that a test of its own proves, and those that can't be played yet, with the reason."""

from __future__ import annotations

from arm.verify.faults_registry import by_test, left_out

_KEYS = "tests/desk/test_lost_keys.py"
_BOUNDS = "tests/sync/test_bounds.py"
_PLACES = "tests/local/test_places.py"
_LEASE = "tests/sync/test_lease.py tests/desk/test_lease.py"

by_test("F28", "TLS: only the known authority is believed", "tests/sync/test_tls.py")
by_test("F35", "the i-th statement fails, for every i", "tests/central/test_troubles.py")
by_test(
    "F37",
    "work.db damaged: salvage with an exact list, the file kept",
    "tests/local/test_files_at_rest.py::test_a_damaged_work_file_is_kept_and_what_can_be_read_is_saved"
    " tests/local/test_files_at_rest.py::test_a_work_file_without_a_readable_beginning_is_kept",
)
by_test("F38", "a migration killed at any write; older files brought up", "tests/local/test_migrations.py")
by_test("F39", "keyring missing, locked, changed: recovered by escrow, never plain text", _KEYS)
by_test(
    "F40",
    "one program a profile",
    "tests/local/test_files_at_rest.py::test_a_profile_has_one_program_at_a_time",
)
by_test(
    "F42",
    "signing out or another person with unsent commands: kept, and nobody else's",
    "tests/desk/test_session.py::test_unsent_work_outlives_signing_out_and_a_new_program"
    " tests/desk/test_session.py::test_two_people_of_one_computer_have_nothing_in_common",
)
by_test(
    "F43",
    "the store unreachable at the start: works from the cache",
    "tests/desk/test_session.py::test_the_next_start_needs_neither_password_nor_network",
)
by_test(
    "F46",
    "an older and a newer program: the schema's range, and reading refused but never sending",
    "tests/central/test_pushing.py::test_what_is_not_of_the_protocol_is_no_decision"
    " tests/sync/test_accounts.py::test_a_program_too_old_sends_but_reads_no_more",
)
by_test("F47", "a draft outlives a killed program", "tests/desk/test_session.py::test_drafts_outlive_a_killed_program")
by_test("F55", "a revoked workstation wipes itself; an offline one locks at the lease's end", f"{_KEYS} {_LEASE}")
by_test(
    "F60",
    "text from outside is shown literally",
    "tests/ui/kit/test_panels.py::test_text_from_outside_is_never_markup_and_a_cut_text_keeps_the_whole",
)
by_test("F69", "terms by the regulation's table", "tests/domain/test_terms.py")
by_test(
    "F71",
    "retention erases words and the chain holds",
    "tests/central/test_journal.py::test_retention_erases_words_and_keeps_the_chain",
)

by_test(
    "F25", "many desks at once: some are told to come again, at different times", "tests/central/test_full_house.py"
)
by_test(
    "F26",
    "proxies, names that aren't found, dead addresses",
    "tests/sync/test_proxies.py tests/sync/test_connecting.py",
)
by_test(
    "F27",
    "sleep and waking: dead connections dropped, a turn at once",
    "tests/sync/test_schedule.py::test_sleep_is_noticed_by_either_clock_and_a_set_clock_too"
    " tests/sync/test_schedule.py::test_waking_up_drops_dead_connections_and_begins_a_turn_whatever_the_pause"
    " tests/sync/test_connecting.py::test_after_a_sleep_a_waiting_request_ends_at_once_and_the_next_one_goes_out_anew",
)
by_test(
    "F29",
    "a computer in the wrong year is told that it is its clock",
    "tests/sync/test_tls.py::test_a_computer_in_the_wrong_year_is_told_that_it_is_its_clock",
)
by_test(
    "F30",
    "redirects are not followed, the token goes nowhere else",
    f"{_BOUNDS}::test_redirects_are_not_followed {_BOUNDS}::test_a_redirect_carries_the_token_nowhere",
)
by_test("F31", "bombs from a rogue store: bounded answers, depth and memory", _BOUNDS)
by_test("F41", "profiles on shares, read-only, with long paths: refused before any write", _PLACES)
by_test("F45", "a long read bounds the log", "tests/local/test_long_reader.py")
by_test("F48", "a reassigned executor's draft reaches the next one", "tests/desk_to_desk/test_between_people.py")
by_test("F72", "racing timers, one killed in the middle: each term once", "tests/central/test_processes.py")

left_out("F61", "spreadsheet formulas in exports", "there are no exports yet (issue 5)")
left_out("F63", "bombs in documents and pictures", "there is no preview of documents yet; sizes are limited on upload")
left_out("F64", "injection into mail headers", "no mail is sent yet")
left_out("F67", "a tampered package", "there are no signed packages yet")
left_out("F73", "the mail server is silent after DATA", "no mail is sent yet")
