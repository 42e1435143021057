//! Named cases of the router.

use ferroapi_core::router::{Lookup, PatternError, Protocol, Route, Router};

/// A route in one word and a half: `"GET,PUT /users/{id}"`, `"* /any"`,
/// `"websocket /feed"`, `"mount /static/{path:path}"`.
fn route(row: &str) -> Route {
    let (kind, pattern) = row.split_once(' ').unwrap_or((row, ""));
    let (protocol, methods) = match kind {
        "websocket" => (Protocol::WebSocket, None),
        "mount" => (Protocol::Any, None),
        "*" => (Protocol::Http, None),
        methods => {
            let methods = methods.split(',').filter(|method| !method.is_empty());
            (Protocol::Http, Some(methods.map(str::to_owned).collect()))
        }
    };
    Route {
        pattern: pattern.to_owned(),
        protocol,
        methods,
    }
}

fn router(rows: &[&str]) -> Result<Router, PatternError> {
    Router::new(rows.iter().map(|row| route(row)))
}

/// What a lookup answers, in a form that is short to write.
#[derive(Debug, PartialEq)]
enum Answer<'a> {
    /// Index and captures.
    Found(usize, &'a [&'a str]),
    /// Index and captures of the first route with the path, all methods.
    NotAllowed(usize, &'a [&'a str], &'a [&'a str]),
    Redirect(&'a str),
    Nothing,
}
use Answer::{Found, NotAllowed, Nothing, Redirect};

/// Name, table, method, path, answer.
type Case<'a> = (&'a str, &'a [&'a str], &'a str, &'a str, Answer<'a>);

const UUID: &str = "01234567-89ab-cdef-0123-456789ABCDEF";

#[rustfmt::skip]
const CASES: &[Case<'static>] = &[
    ("root", &["GET /"], "GET", "/", Found(0, &[])),
    ("static", &["GET /a", "GET /a/b"], "GET", "/a/b", Found(1, &[])),
    ("static is exact", &["GET /a"], "GET", "/A", Nothing),
    ("static is no prefix", &["GET /ab"], "GET", "/a", Nothing),
    ("no route", &[], "GET", "/a", Nothing),
    ("parameter", &["GET /a/{x}"], "GET", "/a/1", Found(0, &["1"])),
    ("parameters in order", &["GET /{x}/a/{y}"], "GET", "/1/a/2", Found(0, &["1", "2"])),
    ("parameter is not empty", &["GET /a/{x}/b"], "GET", "/a//b", Nothing),
    ("parameter stops at slash", &["GET /a/{x}"], "GET", "/a/1/2", Nothing),
    ("str by name", &["GET /{x:str}"], "GET", "/1", Found(0, &["1"])),
    ("names differ, place is shared", &["GET /{x}", "PUT /{y}"], "PUT", "/1", Found(1, &["1"])),

    ("first declared wins over static", &["GET /u/{x}", "GET /u/me"], "GET", "/u/me", Found(0, &["me"])),
    ("first declared wins over parameter", &["GET /u/me", "GET /u/{x}"], "GET", "/u/me", Found(0, &[])),
    ("same pattern twice", &["GET /u", "GET /u"], "GET", "/u", Found(0, &[])),
    ("later full match beats mismatch", &["PUT /u/{x}", "GET /u/me"], "GET", "/u/me", Found(1, &[])),
    ("dead end is left", &["GET /a/b/c", "GET /{x}/b/d"], "GET", "/a/b/d", Found(1, &["a"])),
    ("static and parameter mix", &["GET /{x}/b", "GET /a/{y}"], "GET", "/a/b", Found(0, &["a"])),
    ("mount after route", &["GET /a/b", "mount /a/{path:path}"], "GET", "/a/b", Found(0, &[])),
    ("mount before route", &["mount /a/{path:path}", "GET /a/b"], "GET", "/a/b", Found(0, &["b"])),

    ("method mismatch", &["GET /a"], "PUT", "/a", NotAllowed(0, &[], &["GET"])),
    ("method is case-sensitive", &["GET /a"], "get", "/a", NotAllowed(0, &[], &["GET"])),
    ("methods in order, each once", &["PUT,GET /a/{x}", "POST,GET /a/b", "DELETE,PUT /{x}/b"], "HEAD", "/a/b",
        NotAllowed(0, &["b"], &["PUT", "GET", "POST", "DELETE"])),
    ("methods of one path in several routes", &["GET /a", "GET,PUT /a", "POST /a"], "HEAD", "/a",
        NotAllowed(0, &[], &["GET", "PUT", "POST"])),
    ("a websocket does not allow methods", &["websocket /a", "GET /a"], "PUT", "/a", NotAllowed(1, &[], &["GET"])),
    ("captures of the first with the path", &["GET /{x}-{y}", "GET /{z}"], "PUT", "/1-2",
        NotAllowed(0, &["1", "2"], &["GET"])),
    ("every method", &["* /a"], "BREW", "/a", Found(0, &[])),
    ("no methods are every method", &[" /a"], "BREW", "/a", Found(0, &[])),
    ("every method after one", &["GET /a", "* /a"], "PUT", "/a", Found(1, &[])),
    ("one method after every", &["* /a", "GET /a"], "GET", "/a", Found(0, &[])),
    ("mismatch beats redirect", &["PUT /a", "GET /a/"], "GET", "/a", NotAllowed(0, &[], &["PUT"])),

    ("slash is added", &["GET /a/"], "GET", "/a", Redirect("/a/")),
    ("slash is removed", &["GET /a"], "GET", "/a/", Redirect("/a")),
    ("all slashes are removed", &["GET /a"], "GET", "/a///", Redirect("/a")),
    ("redirect whatever the method", &["PUT /a/"], "GET", "/a", Redirect("/a/")),
    ("redirect to a parameter", &["GET /a/{x}/"], "GET", "/a/1", Redirect("/a/1/")),
    ("redirect to a mount", &["mount /a/{path:path}"], "GET", "/a", Redirect("/a/")),
    ("no redirect to a websocket", &["websocket /a/"], "GET", "/a", Nothing),
    ("no redirect of the root", &["GET "], "GET", "/", Nothing),
    ("redirect of slashes to nothing", &["GET "], "GET", "//", Redirect("")),
    ("no redirect inside", &["GET /a/b"], "GET", "/a//b", Nothing),

    ("int", &["GET /{x:int}"], "GET", "/007", Found(0, &["007"])),
    ("int is not negative", &["GET /{x:int}"], "GET", "/-1", Nothing),
    ("int is ASCII", &["GET /{x:int}"], "GET", "/٣", Nothing),
    ("int, then text", &["GET /{x:int}", "GET /{x}"], "GET", "/a", Found(1, &["a"])),
    ("float", &["GET /{x:float}"], "GET", "/1.50", Found(0, &["1.50"])),
    ("float without fraction", &["GET /{x:float}"], "GET", "/1", Found(0, &["1"])),
    ("float needs digits behind the point", &["GET /{x:float}"], "GET", "/1.", Nothing),
    ("float needs digits before the point", &["GET /{x:float}"], "GET", "/.5", Nothing),
    ("float has no exponent", &["GET /{x:float}"], "GET", "/1e5", Nothing),
    ("float has one point", &["GET /{x:float}"], "GET", "/1.2.3", Nothing),
    ("uuid", &["GET /{x:uuid}"], "GET", "/01234567-89ab-cdef-0123-456789ABCDEF", Found(0, &[UUID])),
    ("uuid without hyphens", &["GET /{x:uuid}"], "GET", "/0123456789abcdef0123456789abcdef",
        Found(0, &["0123456789abcdef0123456789abcdef"])),
    ("uuid with some hyphens", &["GET /{x:uuid}"], "GET", "/0123456789ab-cdef0123456789abcdef",
        Found(0, &["0123456789ab-cdef0123456789abcdef"])),
    ("uuid with a hyphen elsewhere", &["GET /{x:uuid}"], "GET", "/0123-456789abcdef0123456789abcdef", Nothing),
    ("uuid too short", &["GET /{x:uuid}"], "GET", "/0123456789abcdef0123456789abcde", Nothing),
    ("uuid too long", &["GET /{x:uuid}"], "GET", "/0123456789abcdef0123456789abcdef0", Nothing),
    ("uuid of other letters", &["GET /{x:uuid}"], "GET", "/g123456789abcdef0123456789abcdef", Nothing),

    ("path", &["GET /f/{p:path}"], "GET", "/f/a/b", Found(0, &["a/b"])),
    ("path is empty", &["GET /f/{p:path}"], "GET", "/f/", Found(0, &[""])),
    ("path at the root", &["GET /{p:path}"], "GET", "/", Found(0, &[""])),
    ("path of slashes", &["GET /f/{p:path}"], "GET", "/f///", Found(0, &["//"])),
    ("path, then text", &["GET /f/{p:path}/edit"], "GET", "/f/a/edit/b/edit", Found(0, &["a/edit/b"])),
    ("path, then text that overlaps", &["GET /f/{p:path}/edit"], "GET", "/f/edit", Nothing),
    ("text around path", &["GET /f-{p:path}.txt"], "GET", "/f-a/b.txt", Found(0, &["a/b"])),
    ("two paths", &["GET /{p:path}/x/{q:path}"], "GET", "/a/x/b/x/c", Found(0, &["a/x/b", "c"])),
    ("path in the middle", &["GET /{a}/{p:path}/{b:int}"], "GET", "/1/2/3/4", Found(0, &["1", "2/3", "4"])),
    ("parameter and path in one segment", &["GET /{a}-{p:path}"], "GET", "/1-2-3/4-5", Found(0, &["1-2", "3/4-5"])),
    ("longer tail declared first", &["GET /{p:path}/edit", "GET /{p:path}"], "GET", "/a/edit", Found(0, &["a"])),

    ("text around parameter", &["GET /v{n}x"], "GET", "/v1x", Found(0, &["1"])),
    ("text around nothing", &["GET /v{n}x"], "GET", "/vx", Nothing),
    ("texts overlap", &["GET /aa{n}aa"], "GET", "/aaa", Nothing),
    ("text around int", &["GET /v{n:int}"], "GET", "/v1a", Nothing),
    ("verbs behind a parameter", &["GET /{n}:get", "GET /{n}:put"], "GET", "/a:put", Found(1, &["a"])),
    ("greedy is first", &["GET /{a}.{b}"], "GET", "/x.tar.gz", Found(0, &["x.tar", "gz"])),
    ("three parameters", &["GET /{a}-{b}-{c}x"], "GET", "/1-2-3-4x", Found(0, &["1-2", "3", "4"])),
    ("parameters without text between", &["GET /{x:int}{y}"], "GET", "/123", Found(0, &["12", "3"])),
    ("greed is in characters", &["GET /{x}{y}"], "GET", "/éàü", Found(0, &["éà", "ü"])),
    ("regular text", &["GET /a.c+{x}(b)"], "GET", "/a.c+1(b)", Found(0, &["1"])),
    ("regular text is no expression", &["GET /a.c{x}.{y}"], "GET", "/abc1.2", Nothing),
    ("several edges of one node", &["GET /{a}.{b}", "GET /v{n}", "GET /{x:int}", "GET /{x}"], "GET", "/12",
        Found(2, &["12"])),
    ("segments behind several parameters", &["GET /{a}.{b}/{c}/d"], "GET", "/1.2/3/d", Found(0, &["1", "2", "3"])),

    ("braces of nothing are text", &["GET /{}"], "GET", "/{}", Found(0, &[])),
    ("braces of no name are text", &["GET /{1}{a:}{a b}"], "GET", "/{1}{a:}{a b}", Found(0, &[])),
    ("brace in front of a parameter", &["GET /{{x}}"], "GET", "/{1}", Found(0, &["1"])),

    ("newline in a parameter", &["GET /{x}"], "GET", "/\n", Found(0, &["\n"])),
    ("newline ends a parameter", &["GET /{x}"], "GET", "/a\n", Found(0, &["a\n"])),
    ("newline behind static text", &["GET /a"], "GET", "/a\n", Found(0, &[])),
    ("two newlines behind static text", &["GET /a"], "GET", "/a\n\n", Nothing),
    ("newline behind a segment", &["GET /a/b"], "GET", "/a\n/b", Nothing),
    ("newline behind a slash", &["GET /a/"], "GET", "/a/\n", Found(0, &[])),
    ("newline of the pattern", &["GET /a", "GET /a\n"], "PUT", "/a\n", NotAllowed(0, &[], &["GET"])),
    ("newline behind int", &["GET /{x:int}"], "GET", "/1\n", Found(0, &["1"])),
    ("newline behind int inside", &["GET /{x:int}/a"], "GET", "/1\n/a", Nothing),
    ("newline behind a path", &["GET /{p:path}"], "GET", "/a/b\n", Found(0, &["a/b"])),
    ("newline in a path", &["GET /{p:path}"], "GET", "/a\n/b", Nothing),
    ("newline behind text behind a parameter", &["GET /{x}.x"], "GET", "/a.x\n", Found(0, &["a"])),
    ("newline behind several parameters", &["GET /{x}.{y:int}"], "GET", "/a.1\n", Found(0, &["a", "1"])),
    ("newline inside several parameters", &["GET /{x}.{y:int}/a"], "GET", "/a.1\n/a", Nothing),
    ("newline is redirected", &["GET /{x}/"], "GET", "/a\n", Redirect("/a\n/")),

    ("unicode", &["GET /é/{x}"], "GET", "/é/日本", Found(0, &["日本"])),
    ("length of text inside a character", &["GET /a{x}", "GET /{x}"], "GET", "/é", Found(1, &["é"])),
    ("empty segments", &["GET //a"], "GET", "//a", Found(0, &[])),
    ("double slash is no parameter", &["GET /{x}/a"], "GET", "//a", Nothing),
    ("slashes only", &["GET ///"], "GET", "///", Found(0, &[])),
    ("empty path", &["GET /"], "GET", "", Redirect("/")),
    ("asterisk", &["GET /{p:path}"], "GET", "*", Nothing),

    ("empty pattern", &["GET "], "GET", "", Found(0, &[])),
    ("pattern without slash", &["GET abc"], "GET", "/abc", Nothing),
    ("pattern without slash, path too", &["GET abc", "GET a{x}c"], "PUT", "aBC", NotAllowed(0, &[], &["GET"])),
    ("pattern without slash, with port", &["GET {x}.c:80"], "GET", "B.C", Found(0, &["B"])),
    ("pattern without slash, in brackets", &["GET [::1]"], "GET", "[::1]", Found(0, &[])),
    ("path parameter without slash", &["GET {p:path}"], "GET", "/a/b", Found(0, &["/a/b"])),
];

#[test]
fn each_request_gets_its_answer() -> Result<(), PatternError> {
    for (name, rows, method, path, expected) in CASES {
        let router = router(rows)?;
        let lookup = router.find(method, path);
        let answer = match &lookup {
            Lookup::Found(found) => Found(found.index, &found.captures),
            Lookup::MethodNotAllowed { first, allowed } => {
                NotAllowed(first.index, &first.captures, allowed)
            }
            Lookup::Redirect(target) => Redirect(target),
            Lookup::NotFound => Nothing,
        };

        assert_eq!(*expected, answer, "{name}");
    }
    Ok(())
}

/// Name, table, path, index and captures.
type Handshake<'a> = (
    &'a str,
    &'a [&'a str],
    &'a str,
    Option<(usize, &'a [&'a str])>,
);

#[rustfmt::skip]
const WEBSOCKETS: &[Handshake<'static>] = &[
    ("static", &["GET /a", "websocket /a"], "/a", Some((1, &[]))),
    ("parameter", &["websocket /{room}"], "/a", Some((0, &["a"]))),
    ("mount", &["mount /{path:path}", "websocket /a"], "/a", Some((0, &["a"]))),
    ("first declared wins", &["websocket /{x}", "mount /{path:path}", "websocket /a"], "/a", Some((0, &["a"]))),
    ("http only", &["GET /a", "* /a"], "/a", None),
    ("no redirect", &["websocket /a/"], "/a", None),
];

#[test]
fn each_handshake_gets_its_answer() -> Result<(), PatternError> {
    for (name, rows, path, expected) in WEBSOCKETS {
        let router = router(rows)?;
        let found = router.find_websocket(path);
        let answer = found.as_ref().map(|found| (found.index, &*found.captures));

        assert_eq!(*expected, answer, "{name}");
    }
    Ok(())
}

#[test]
fn a_pattern_that_cannot_be_compiled_is_an_error() {
    let cases: &[(&str, &str)] = &[
        ("/{x:slug}", "Unknown path convertor 'slug'"),
        ("/{x:Int}", "Unknown path convertor 'Int'"),
        ("/{x:slug}/{x}", "Unknown path convertor 'slug'"),
        (
            "/{x}/{x:int}",
            "Duplicated param name x at path /{x}/{x:int}",
        ),
        (
            "/{y}{x}{y}{x}{y}",
            "Duplicated param names x, y at path /{y}{x}{y}{x}{y}",
        ),
    ];
    for (pattern, expected) in cases {
        let error = router(&[&format!("GET {pattern}")]).err();

        assert_eq!(
            Some((*expected).to_owned()),
            error.map(|error| error.to_string())
        );
    }
    let large = format!("GET /{{x}}{}{{y}}", "-".repeat(2_000_000));
    let error = router(&[&large]).err();

    assert!(matches!(error, Some(PatternError::TooLarge { .. })));
}

#[test]
fn names_are_those_of_the_route() -> Result<(), PatternError> {
    let router = router(&["GET /{a}/{b:int}", "PUT /{c}/{_d1}", "GET /x"])?;

    assert_eq!(["a", "b"], router.names(0));
    assert_eq!(["c", "_d1"], router.names(1));
    assert!(router.names(2).is_empty());
    assert!(router.names(3).is_empty());
    Ok(())
}

#[test]
fn redirects_can_be_switched_off() -> Result<(), PatternError> {
    let router = router(&["GET /a/"])?.redirect_slashes(false);

    assert_eq!(Lookup::NotFound, router.find("GET", "/a"));
    Ok(())
}

/// Each of these paths takes a backtracking engine minutes to hours.
#[test]
fn long_paths_through_many_parameters_end() -> Result<(), PatternError> {
    let rows = [
        "GET /1/{a}x",
        "GET /2/{a}-{b}x",
        "GET /3/{a}-{b}-{c}x",
        "GET /4/{a}-{b}-{c}-{d}x",
        "GET /5/{a}-{b}-{c}-{d}-{e}x",
        "GET /6/{a:path}-{b:path}/{c:path}-{d:path}-{e:path}x",
    ];
    let router = router(&rows)?;
    for parameters in 1..=rows.len() {
        let path = format!("/{parameters}/{}", "a-".repeat(32_000));

        assert_eq!(Lookup::NotFound, router.find("GET", &path));
    }
    Ok(())
}

/// A tree as deep as the pattern must neither be walked nor dropped recursively.
#[test]
fn deep_patterns_are_no_deep_calls() -> Result<(), PatternError> {
    let depth = 100_000;
    let deep = "/a".repeat(depth);
    let router = router(&[&format!("GET {deep}"), &format!("GET {deep}/{{x}}")])?;

    assert!(matches!(router.find("GET", &deep), Lookup::Found(found) if found.index == 0));
    assert_eq!(Lookup::NotFound, router.find("GET", &format!("{deep}/b/c")));
    Ok(())
}
