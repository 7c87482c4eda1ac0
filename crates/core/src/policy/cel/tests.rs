use super::*;

fn value(text: &str) -> Value {
    Value::from(&zij_goyaml::parse(text.as_bytes(), &zij_goyaml::Limits::default()).unwrap())
}

fn told(rule: &str, old: &str, new: &str) -> &'static str {
    match Expression::parse(rule) {
        Err(_) => "not read",
        Ok(rule) => match rule.holds(&value(new), &value(old), &Patterns::default()) {
            Some(true) => "holds",
            Some(false) => "broken",
            None => "no answer",
        },
    }
}

#[test]
fn rules_are_evaluated_or_not_at_all() {
    for (rule, old, new, want) in [
        ("self == oldSelf", "{a: 1, b: [x]}", "{b: [x], a: 1}", "holds"),
        ("self == oldSelf", "[1, 2]", "[2, 1]", "broken"),
        ("self == oldSelf", "1", "1.0", "holds"),
        ("self != oldSelf", "a", "b", "holds"),
        ("self >= oldSelf", "2", "3", "holds"),
        ("self >= oldSelf", "3", "2", "broken"),
        ("self > oldSelf", "a", "1", "no answer"),
        ("!has(oldSelf.a) || has(self.a)", "{a: 1}", "{}", "broken"),
        ("!has(oldSelf.a) || has(self.a)", "{}", "{}", "holds"),
        ("has(self.a) == has(oldSelf.a)", "{a: null}", "{}", "holds"),
        // The side that decides may stand after the one that stumbles.
        ("self.a == oldSelf.a || true", "{}", "{}", "holds"),
        ("self.a == oldSelf.a && false", "{}", "{}", "broken"),
        ("self.a == oldSelf.a", "{}", "{a: 1}", "no answer"),
        ("oldSelf == '' ? true : self == oldSelf", "null", "x", "broken"),
        ("oldSelf == '' ? true : self == oldSelf", "''", "x", "holds"),
        ("oldSelf == '' ? true : self == oldSelf", "y", "x", "broken"),
        ("size(self) >= size(oldSelf)", "[a]", "[a, b]", "holds"),
        ("self.size() == 2 && oldSelf.size() == 1", "é", "éé", "holds"),
        ("oldSelf.all(x, x in self)", "[a, b]", "[b, c, a]", "holds"),
        ("oldSelf.all(x, x in self)", "[a, b]", "[b]", "broken"),
        ("self.all(k, k in oldSelf && oldSelf[k] == self[k])", "{a: 1}", "{a: 1}", "holds"),
        ("oldSelf.all(k, k in self)", "{a: 1}", "{a: 2, b: 1}", "holds"),
        ("self.exists(x, x == oldSelf[0])", "[a]", "[a]", "no answer"),
        ("self.filter(x, x > 1).map(x, x * 2) == [4, 6]", "null", "[1, 2, 3]", "holds"),
        ("self.exists_one(x, x == 1)", "null", "[1, 1]", "broken"),
        ("self.all(x, x.a > 1)", "null", "[{}, {a: 0}]", "broken"),
        ("self.all(x, x.a > 1)", "null", "[{}, {a: 2}]", "no answer"),
        ("self.exists(x, x.a > 1)", "null", "[{}, {a: 2}]", "holds"),
        ("self.exists(x, x.a > 1)", "null", "[{}, {a: 0}]", "no answer"),
        ("self.all(x, false)", "null", "[]", "holds"),
        ("self['a.b'] == oldSelf.a__dot__b", "{a.b: 1}", "{a.b: 1}", "holds"),
        ("self.__in__ == 1 && self.a__underscores__b == 2", "null", "{in: 1, a__b: 2}", "holds"),
        (
            "self.startsWith('ab') && self.endsWith(\"c\") && self.contains('b')",
            "null",
            "abc",
            "holds",
        ),
        ("self in ['a', 'b']", "null", "c", "broken"),
        ("1 + 2 * 3 - 4 == 3 && -1 < 0", "null", "null", "holds"),
        ("self + oldSelf == 'ba'", "a", "b", "holds"),
        ("9223372036854775807 + 1 > 0", "null", "null", "no answer"),
        ("true || false && false", "null", "null", "holds"),
        ("!(1 == 2) // a comment", "null", "null", "holds"),
        ("'a\\n' == self", "null", "\"a\\n\"", "holds"),
        ("null == self", "1", "null", "holds"),
        ("self.a", "{}", "{a: 1}", "no answer"),
        ("unknown == 1", "1", "1", "no answer"),
        ("self.matches('^a')", "b", "a", "holds"),
        ("self.matches('^a')", "a", "b", "broken"),
        ("self.matches('(?=a)')", "a", "a", "no answer"),
        ("self.lowerAscii() == self", "a", "a", "not read"),
        ("quantity(self).isGreaterThan(quantity(oldSelf))", "1", "2", "not read"),
        ("self / 2 == 1", "1", "2", "not read"),
        ("self.?a.orValue(1) == 1", "1", "2", "not read"),
        ("{'a': 1} == self", "1", "2", "not read"),
        ("r'a' == self", "a", "a", "not read"),
        ("self ==", "1", "1", "not read"),
        ("1u == self", "1", "1", "not read"),
        ("self == oldSelf)", "1", "1", "not read"),
    ] {
        assert_eq!(told(rule, old, new), want, "{rule}: {old} -> {new}");
    }
}

#[test]
fn no_rule_harms_who_reads_it() {
    let deep = format!("{}self{}", "(".repeat(5000), ")".repeat(5000));
    assert_eq!(told(&deep, "1", "1"), "not read");
    assert_eq!(told(&"!".repeat(5000), "1", "1"), "not read");
    assert_eq!(told(&"self == 1 || ".repeat(10_000), "1", "1"), "not read");
    assert_eq!(told(&"1+".repeat(2_000), "1", "1"), "not read");
    assert_eq!(told(&format!("self{}", ".a".repeat(2_000)), "1", "1"), "not read");
    let items = format!("[{}]", "1, ".repeat(400));
    let nested = "self.all(a, self.all(b, self.all(c, a == b)))";
    assert_eq!(told(nested, "null", &items), "no answer");
}

#[test]
fn only_rules_on_changes_name_the_old_value() {
    assert!(is_transition("self == oldSelf"));
    assert!(!is_transition("self != 'oldSelf'"));
    assert!(!is_transition("self.oldSelfish == 1"));
}
