//! Figures that are known.

use zij_core::predict::rollout::{Amount, Controller, Pace, fence_posts};

const PACE: Pace = Pace { start: 20, stop: 5 };

fn rolling(replicas: u32, surge: Amount, unavailable: Amount) -> (u32, u32, Controller) {
    let (surge, unavailable) = fence_posts(surge, unavailable, replicas);
    let exclusive = false;
    let (from, to) = (replicas, replicas);
    (surge, unavailable, Controller::Deployment { from, to, surge, unavailable, exclusive })
}

/// A Deployment with the defaults: surge, unavailable, lowest, peak, waves.
#[test]
fn a_quarter_more_and_a_quarter_less() {
    for (replicas, want) in [
        (1, (1, 0, 1, 2, 1)),
        (2, (1, 0, 2, 3, 2)),
        (3, (1, 0, 3, 4, 3)),
        (4, (1, 1, 3, 5, 2)),
        (10, (3, 2, 8, 13, 2)),
        (50, (13, 12, 38, 63, 2)),
    ] {
        let quarter = Amount::Percent(25);
        let (surge, unavailable, controller) = rolling(replicas, quarter, quarter);
        let steps = controller.steps(PACE);
        let got = (surge, unavailable, steps.lowest, steps.peak, steps.waves);
        assert_eq!(got, want, "{replicas}");
        assert_eq!(steps.seconds, u64::from(steps.waves) * PACE.start);
    }
}

/// Waves and lowest count of one more, one less, all more, a quarter less.
#[test]
fn other_settings_of_a_deployment() {
    use Amount::{Count, Percent};
    for (replicas, one_more, one_less, all_more, quarter_less) in [
        (1, (1, 1), (1, 0), (1, 2), (1, 0)),
        (2, (2, 2), (2, 1), (1, 4), (2, 1)),
        (3, (3, 3), (3, 2), (1, 6), (3, 2)),
        (4, (4, 4), (4, 3), (1, 8), (4, 3)),
        (10, (10, 10), (10, 9), (1, 20), (5, 8)),
        (50, (50, 50), (50, 49), (1, 100), (5, 38)),
    ] {
        let steps = |surge, unavailable| rolling(replicas, surge, unavailable).2.steps(PACE);
        let low = |steps: zij_core::predict::rollout::Steps| (steps.waves, steps.lowest);
        assert_eq!(low(steps(Count(1), Count(0))), one_more, "{replicas}");
        assert_eq!(low(steps(Count(0), Count(1))), one_less, "{replicas}");
        let all = steps(Percent(100), Count(0));
        assert_eq!((all.waves, all.peak), all_more, "{replicas}");
        assert_eq!(low(steps(Count(0), Percent(25))), quarter_less, "{replicas}");
    }
}

/// Where a new pod needs what the old one holds, each wave waits for it to be gone.
#[test]
fn pods_that_hold_a_port_go_first() {
    let exclusive = |replicas, unavailable| Controller::Deployment {
        from: replicas,
        to: replicas,
        surge: 0,
        unavailable,
        exclusive: true,
    };
    assert_eq!(exclusive(4, 1).steps(PACE).seconds, 4 * 25);
    assert_eq!(exclusive(5, 2).steps(PACE).seconds, 3 * 25);
    let stuck =
        Controller::Deployment { from: 2, to: 2, surge: 1, unavailable: 0, exclusive: true };
    assert!(!stuck.steps(PACE).ends);
}

#[test]
fn all_at_once_is_an_outage() {
    let steps = Controller::Recreate { from: 3, to: 3 }.steps(PACE);
    assert_eq!((steps.lowest, steps.peak, steps.seconds, steps.missing / 3), (0, 3, 25, 25));
}

#[test]
fn stateful_sets_go_from_the_last_pod_to_the_first() {
    let set = |to, partition, unavailable, ordered| Controller::StatefulSet {
        from: to,
        to,
        partition,
        unavailable,
        ordered,
    };
    let three = set(3, 0, 1, true).steps(PACE);
    assert_eq!((three.lowest, three.peak, three.waves, three.seconds), (2, 3, 3, 75));
    // As much as a full outage of 25 s.
    assert_eq!(three.missing / 3, 25);
    assert_eq!(set(5, 3, 1, true).steps(PACE).seconds, 2 * 25);
    assert_eq!(set(10, 0, 3, false).steps(PACE).seconds, 4 * 25);
    // In order, pods that went together come one after the other.
    assert_eq!(set(4, 0, 2, true).steps(PACE).seconds, 2 * (5 + 2 * 20));
    // Parallel concerns scaling: an update goes on one by one.
    assert_eq!(set(3, 0, 1, false).steps(PACE).seconds, 75);
}

/// A hundred nodes with 25 s a pod.
#[test]
fn daemon_sets_take_as_long_as_there_are_nodes() {
    let set = |surge: Amount, unavailable: Amount| {
        let nodes = 100;
        let (surge, unavailable) = (surge.up(nodes), unavailable.up(nodes));
        Controller::DaemonSet { nodes, surge, unavailable }.steps(PACE)
    };
    let none = Amount::Count(0);
    assert_eq!(set(none, Amount::Count(1)).seconds, 2500);
    assert_eq!(set(none, Amount::Percent(10)).seconds, 250);
    let surging = set(Amount::Percent(25), none);
    assert_eq!((surging.seconds, surging.lowest, surging.peak), (80, 100, 125));
    assert_eq!(Amount::Percent(10).up(9), 1);
}
