package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"crawl/fetch/urls"

	"github.com/BurntSushi/toml"
	"github.com/spf13/pflag"
)

// sections are the commands with settings of their own: tables of the file.
var sections = []string{"transform", "compare"}

// settle fills in the flags that the command line does not give: from CRAWL_*
// variables, else from the configuration file. A setting in one place replaces the
// same in the next as a whole. section is the command's, "" for crawl itself.
func settle(flags *pflag.FlagSet, env func(string) (string, bool), section string) error {
	given := map[string]bool{}
	flags.Visit(func(f *pflag.Flag) { given[f.Name] = true })
	if given["jobs"] {
		given["concurrency"] = true
	}
	if err := fromEnvironment(flags, env, section, given); err != nil {
		return err
	}
	return fromFile(flags, configFile(env), section, given)
}

// variable is the name of a flag in the environment: CRAWL_PER_HOST for --per-host,
// CRAWL_TRANSFORM_CPU for transform --cpu.
func variable(section, flag string) string {
	if section != "" {
		flag = section + "-" + flag
	}
	return "CRAWL_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// fromEnvironment sets what is not given, and adds it to given. A variable for a
// repeatable flag has one value a line.
func fromEnvironment(flags *pflag.FlagSet, env func(string) (string, bool), section string, given map[string]bool) (err error) {
	flags.VisitAll(func(f *pflag.Flag) {
		value, found := env(variable(section, f.Name))
		value = strings.TrimSpace(value)
		if !found || value == "" || given[f.Name] || !configurable(f) || err != nil {
			return
		}
		given[f.Name] = true
		for v := range strings.SplitSeq(value, "\n") {
			if e := f.Value.Set(v); e != nil {
				err = inputError("%s=%q: %w", variable(section, f.Name), urls.Mask(value), plainError(e))
			}
		}
	})
	return err
}

// configurable leaves out what only makes sense for one command line.
func configurable(f *pflag.Flag) bool {
	return f.Name != "help" && f.Name != "version" && f.Name != "jobs"
}

// configFile is where the settings of a user are kept.
func configFile(env func(string) (string, bool)) string {
	if folder, _ := env("XDG_CONFIG_HOME"); folder != "" {
		return filepath.Join(folder, "crawl", "config.toml")
	}
	if home, err := os.UserHomeDir(); err == nil {
		return filepath.Join(home, ".config", "crawl", "config.toml")
	}
	return ""
}

// fromFile sets what is not given to what the file says, if there is one. Its keys
// are the names of flags, in a table where the command has one.
func fromFile(flags *pflag.FlagSet, name, section string, given map[string]bool) error {
	data, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return inputError("configuration: %w", err)
	}
	var keys map[string]any
	if err := toml.Unmarshal(data, &keys); err != nil {
		if e, ok := errors.AsType[toml.ParseError](err); ok {
			return inputError("%s: line %d: %s", name, e.Position.Line, e.Message)
		}
		return inputError("%s: %w", name, err)
	}
	if section != "" {
		keys, _ = keys[section].(map[string]any)
	}
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		if _, table := keys[key].(map[string]any); table && section == "" && slices.Contains(sections, key) {
			continue
		}
		f := flags.Lookup(key)
		if f == nil || !configurable(f) {
			return unknownKey(flags, name, key)
		}
		if given[key] {
			continue
		}
		for _, value := range listed(keys[key]) {
			if err := f.Value.Set(fmt.Sprint(value)); err != nil {
				return inputError("%s: %s = %v: %w", name, key, urls.Mask(fmt.Sprint(value)), plainError(err))
			}
		}
	}
	return nil
}

func unknownKey(flags *pflag.FlagSet, name, key string) error {
	var names []string
	flags.VisitAll(func(f *pflag.Flag) {
		if configurable(f) {
			names = append(names, f.Name)
		}
	})
	if near := nearest(key, names); near != "" {
		return inputError("%s: unknown key %q: did you mean %q?", name, key, near)
	}
	return inputError("%s: unknown key %q", name, key)
}

// listed makes one value a list of one.
func listed(value any) []any {
	if list, ok := value.([]any); ok {
		return list
	}
	return []any{value}
}

// plainError replaces what Go says about a boolean.
func plainError(err error) error {
	if strings.HasPrefix(err.Error(), "strconv.ParseBool") {
		return errors.New("want true or false")
	}
	return err
}
