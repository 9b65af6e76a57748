package config

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	env "github.com/knadh/koanf/providers/env/v2"
)

// others are variables of kessai that are no keys.
func others() []string { return []string{"KESSAI_CONFIG"} }

// foreign are variables under other names that people already have in an
// EC-CUBE's environment; KESSAI_… wins over them.
func foreign() map[string]string {
	return map[string]string{"DATABASE_URL": "database_url", "ECCUBE_AUTH_MAGIC": "auth_magic"}
}

type environment struct {
	layer
	configFile string
}

// readEnv reads KESSAI_… and the foreign variables. An empty variable is as good
// as none: that is how a compose file leaves one open.
func readEnv(s Source) (environment, error) {
	from := map[string]string{}
	var unknown []error
	var configFile string
	take := func(variable, value string) (string, any) {
		key, ok := keyOf(variable)
		switch {
		case value == "":
		case variable == "KESSAI_CONFIG":
			configFile = value
		case !ok && strings.HasPrefix(variable, prefix) && !strings.HasPrefix(variable, "KESSAI_TEST_"):
			unknown = append(unknown, fmt.Errorf("config: environment: unknown variable %s%s", variable, suggestion(variable, variables())))
		case ok && (from[key] == "" || strings.HasPrefix(variable, prefix)):
			from[key] = variable
			return key, value
		}
		return "", nil
	}
	// No delimiter: keys stay dotted.
	values, err := env.Provider("", env.Opt{TransformFunc: take, EnvironFunc: func() []string { return s.Environ }}).Read()
	if err != nil {
		return environment{}, fmt.Errorf("config: environment: %w", err)
	}
	l := layer{values: values, origin: func(key string) string { return "environment " + from[key] }, dir: s.WorkDir}
	return environment{layer: l, configFile: configFile}, errors.Join(unknown...)
}

func keyOf(variable string) (string, bool) {
	if key, ok := foreign()[variable]; ok {
		return key, true
	}
	for _, k := range keys() {
		if k.variable() == variable {
			return k.name, true
		}
	}
	return "", false
}

func variables() []string {
	var out []string
	for _, k := range keys() {
		out = append(out, k.variable())
	}
	return append(out, others()...)
}

// suggestion names the nearest of the known names, if one is near.
func suggestion(name string, known []string) string {
	best, at := "", len(name)/3+2
	for _, k := range known {
		if d := distance(strings.ToLower(name), strings.ToLower(k)); d < at {
			best, at = k, d
		}
	}
	if best == "" {
		known = slices.Clone(known)
		slices.Sort(known)
		return "; known are " + strings.Join(known, ", ")
	}
	return "; did you mean " + best + "?"
}

// distance is the number of letters to change, add or drop.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}
