//! Laws that hold for every sequence of messages.

use std::sync::{Arc, LazyLock};

use proptest::prelude::*;
use zij_core::report::model::Report;
use zij_tui::{BINDINGS, Chord, Epoch, Key, Message, Options, Progress, State, update};

use crate::screen::draw;
use crate::synthetic;

static REPORTS: LazyLock<Vec<Arc<Report>>> = LazyLock::new(|| {
    let mut broken = synthetic::report(40, 6);
    // Indices that point nowhere must do no harm: the data comes over a socket.
    broken.groups.truncate(1);
    broken.findings.clear();
    broken.applications.truncate(20);
    let empty = synthetic::report(0, 0);
    [synthetic::report(40, 6), synthetic::report(3, 40), broken, empty].map(Arc::new).to_vec()
});

fn keys() -> impl Strategy<Value = Vec<Message>> {
    let bound: Vec<Vec<Message>> = BINDINGS
        .iter()
        .flat_map(|binding| binding.chords)
        .map(|chord| match chord {
            Chord::One(key) => vec![Message::Key(*key)],
            Chord::Two(first, second) => {
                vec![Message::Key(Key::Char(*first)), Message::Key(Key::Char(*second))]
            }
        })
        .collect();
    prop_oneof![
        8 => prop::sample::select(bound),
        2 => "[a-z:!* ]{1,6}".prop_map(|text| vec![Message::Paste(text)]),
        1 => any::<char>().prop_map(|c| vec![Message::Key(Key::Char(c))]),
        1 => prop::sample::select(vec![Key::Backspace, Key::Delete, Key::Enter, Key::Esc])
            .prop_map(|key| vec![Message::Key(key)]),
    ]
}

fn messages() -> impl Strategy<Value = Vec<Message>> {
    let epoch = Epoch::default();
    prop_oneof![
        20 => keys(),
        2 => (0..260_u16, 0..80_u16).prop_map(|(columns, lines)| vec![Message::Resize(columns, lines)]),
        1 => (0..4_usize).prop_map(move |n| vec![Message::Report(epoch, Arc::clone(&REPORTS[n]))]),
        1 => Just(vec![Message::Tick]),
        1 => (0..9_usize).prop_map(move |done| vec![Message::Progress(
            epoch,
            Progress { what: "rendering".to_owned(), done, total: Some(7) },
        )]),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_sequence_panics_or_leaves_the_matrix(batches in prop::collection::vec(messages(), 1..60)) {
        let mut size = (100, 30);
        let mut state = State::new(Options::default(), size.0, size.1);
        update(&mut state, Message::Report(Epoch::default(), Arc::clone(&REPORTS[0])));
        for message in batches.into_iter().flatten() {
            if let Message::Resize(columns, lines) = message {
                size = (columns.max(1), lines.max(1));
            }
            update(&mut state, message);
            let report = state.report().expect("a report never goes away");
            if let Some((application, cluster)) = state.selected() {
                prop_assert!(report.applications.iter().any(|name| &**name == application));
                prop_assert!(report.clusters.iter().any(|name| &**name == cluster));
            }
        }
        draw(&state, size);
    }
}
