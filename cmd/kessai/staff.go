package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"kessai/internal/app"
	"kessai/internal/config"
	"kessai/internal/database"
	"kessai/internal/staff"
)

func staffCommand(e env) *cobra.Command {
	cmd := &cobra.Command{Use: "staff", Short: "the shop's staff (メンバー)"}
	cmd.AddCommand(staffAdd(e))
	return cmd
}

func staffAdd(e env) *cobra.Command {
	var n staff.NewMember
	var generate bool
	cmd := &cobra.Command{
		Use:   "add",
		Short: "add a member who may log in to the back office",
		Long: `add adds a member. The password is read from standard input (one line, at least 12 characters),
or made and printed once with --generate.`,
		Example: `  kessai staff add --login-id owner --name 店主 --generate
  printf '%s\n' "$PASSWORD" | kessai staff add --login-id tanaka --name 田中`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withMigrated(cmd, e, func(c config.Config, d app.Deps, db *database.DB) error {
				return addStaff(cmd, e, c, d, db, n, generate)
			})
		},
	}
	cmd.Flags().StringVar(&n.LoginID, "login-id", "", "ログインID (required)")
	cmd.Flags().StringVar(&n.Name, "name", "", "名前 (required)")
	cmd.Flags().BoolVar(&generate, "generate", false, "make a password and print it")
	for _, required := range []string{"login-id", "name"} {
		if err := cmd.MarkFlagRequired(required); err != nil {
			panic(err) // the flag is defined above
		}
	}
	return cmd
}

func addStaff(cmd *cobra.Command, e env, c config.Config, d app.Deps, db *database.DB, n staff.NewMember, generate bool) error {
	members, err := app.OpenStaff(c, d, db)
	if err != nil {
		return err
	}
	if n.Password, err = newPassword(e, d, generate); err != nil {
		return err
	}
	m, err := members.Add(cmd.Context(), n)
	if err != nil {
		return err
	}
	if generate {
		_, err = fmt.Fprintf(e.Stdout, "added %s\npassword: %s\n", m.LoginID, string(n.Password))
		return err
	}
	_, err = fmt.Fprintf(e.Stdout, "added %s\n", m.LoginID)
	return err
}

func newPassword(e env, d app.Deps, generate bool) (staff.Password, error) {
	if generate {
		return staff.Generate(d.Rand)
	}
	if typed(e.Stdin) {
		return "", usageError{errors.New("pipe the password in (typed here it would be shown), or let --generate make one")}
	}
	text, err := io.ReadAll(io.LimitReader(e.Stdin, 4096))
	if err != nil {
		return "", fmt.Errorf("read the password from standard input: %w", err)
	}
	line, _, _ := strings.Cut(string(text), "\n")
	line = strings.TrimRight(line, "\r")
	if line == "" {
		return "", usageError{errors.New("give the password on standard input, or let --generate make one")}
	}
	return staff.Password(line), nil
}

// typed tells whether a person at a terminal is the input.
func typed(r io.Reader) bool {
	file, ok := r.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
