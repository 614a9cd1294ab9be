package scope

import (
	"fmt"
)

// reasons are the refusals of a scope, made once, for there are as many refused links
// as followed ones and more.
type reasons struct {
	depth, within, include    Refusal
	exclude                   []Refusal // of each pattern
	length, segments, escapes Refusal
	inARow, folder, parameter Refusal
	ahead, past               Refusal
	pages, hostFull           Refusal
}

func (r *Rules) reasons() reasons {
	why := reasons{
		depth:     refusal(RuleDepth, "more than %d links away from what was listed", r.MaxDepth),
		include:   refusal(RuleInclude, "matches no pattern to include"),
		length:    refusal(RuleLength, "longer than %d bytes", r.MaxLength),
		segments:  refusal(RuleSegments, "its path has more than %d segments", r.MaxSegments),
		inARow:    refusal(RuleRepeats, "the same folders of its path come %d times in a row", r.MaxRepeats),
		folder:    refusal(RuleRepeats, "a folder of its path comes more than %d times", r.MaxRepeats),
		parameter: refusal(RuleRepeats, "a parameter comes more than %d times with the same value", r.MaxRepeats),
		escapes:   refusal(RuleEscapes, "something in it is escaped four times over"),
		ahead:     refusal(RuleCalendar, "its date is more than %d months ahead", r.MaxAhead),
		past:      refusal(RuleCalendar, "its date is before %d", firstEvents),
		pages:     refusal(RulePages, "the run has had its %d pages", r.MaxPages),
		hostFull:  refusal(RuleHostFull, "its host has had its %d pages", r.MaxPagesPerHost),
	}
	switch r.Within {
	case Host:
		why.within = refusal(RuleHost, "nothing on its host was listed")
	case Domain:
		why.within = refusal(RuleDomain, "nothing in its domain was listed")
	case Prefix:
		why.within = refusal(RulePrefix, "not below the folder of anything that was listed")
	}
	for _, pattern := range r.Exclude {
		why.exclude = append(why.exclude, refusal(RuleExclude, "matches %s", pattern))
	}
	return why
}

func refusal(rule Rule, format string, args ...any) Refusal {
	return Refusal{Rule: rule, Reason: fmt.Sprintf(format, args...)}
}
