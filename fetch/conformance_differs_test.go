package fetch_test

import "strings"

// difference is why a client does not do what it should in some cases.
type difference struct {
	why   string
	cases string // names between spaces
}

// reasons are the differences by the names of their cases.
func reasons(list []difference) map[string]string {
	byName := map[string]string{}
	for _, d := range list {
		for name := range strings.FieldsSeq(d.cases) {
			byName[name] = d.why
		}
	}
	return byName
}

// twinDiffers is what net/http decides, and standard has no say in.
var twinDiffers = []difference{
	{"refuses empty lines before an answer", "empty-line-first empty-lines-first"},
	{"refuses names with a space after them", "field-space-before-colon"},
	{"refuses a list of equal lengths, though not equal lengths in several fields", "length-list"},
	{"takes in no more of a trailer than its buffer of 4 KiB", "trailer-long"},
	{"lets a name with a space after it pass as another name, where that one says how long the body is", "lengths-differ-space length-space-before-colon chunked-space-before-colon"},
	{"goes past Transfer-Encoding in HTTP/1.0", "http10-chunked"},
	{"knows no Transfer-Encoding but chunked", "transfer-identity transfer-empty"},
	{"takes any version from 1.1 on for one that has chunks", "http20-chunked"},
	{"takes what came before the end for a malformed line", "cut-status-line cut-head reset-head cut-trailer"},
	{"does not tell of bytes of a head or trailer before it is whole, so the idle limit ends it", "slow-status-line slow-head slow-trailer"},
}

// aiohttpDiffers is what aiohttp 3.8 decides; later ones agree in more cases.
var aiohttpDiffers = []difference{
	{"limits a line of a head to 8,190 bytes", "reason-long head-60k redirect-long trailer-long"},
	{"limits the fields of a head", "head-200k fields-200"},
	{"its parser refuses them all, ambiguous or not", "field-space-before-colon length-twice length-list length-spaces chunked-and-length"},
	{"takes what follows an answer for the next one", "leftover-bytes leftover-answer"},
	{"sends nothing again when a kept connection turns out to be closed, before version 3.10", "stale-closed stale-dropped"},
	{"goes by Transfer-Encoding in any version", "http10-chunked http20-chunked"},
	{"takes the coding chunked to be the only one", "transfer-unknown transfer-gzip transfer-twice"},
	{"takes any number for a status", "status-two-digits status-000"},
	{"returns an answer of 101 as any other", "status-101"},
	{"leaves such lines out", "field-no-name fold-first"},
	{"takes a cut gzip for whole", "cut-gzip cut-gzip-head cut-gzip-checksum cut-gzip-member cut-gzip-chunked cut-gzip-until-close"},
	{"takes a dropped connection for the end of a body without length", "reset-until-close"},
	{"reads the first member of a gzip only", "gzip-members gzip-empty-members"},
	{"waits for the end of what follows a gzip", "endless-gzip-padding"},
	{"decodes brotli only with a library of its own, and zstd since version 3.12 with another", "br br-nothing zstd zstd-frames cut-zstd coding-none-zstd zstd-window bomb-zstd"},
	{"knows three codings by their names and no lists, and hands out all else undecoded", "gzip-x nested-2 nested-5 nested-6 nested-100 nested-fields nested-identity nested-commas coding-unknown coding-compress coding-parameter bomb-nested"},
	{"counts the last hop as one too many", "redirect-10"},
	{"resolves a Location by RFC 3986 and sends its bytes in other forms, where WHATWG and browsers do not", "redirect-spaces-around redirect-latin1 redirect-encoded redirect-backslashes"},
	{"refuses an Authorization field beside userinfo; ours wins over that", "userinfo userinfo-encoded userinfo-redirect leak-userinfo"},
}
