package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"kessai/internal/app"
	"kessai/internal/config"
	"kessai/internal/database"
	"kessai/internal/ledger"
	"kessai/internal/setting"
)

// operator is who a command line acts as, in the record of versions.
const operator = ledger.Actor("operator")

func settingCommand(e env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "setting",
		Short: "read and change the plugin's settings and the 接続キット",
		Long: `setting reads and changes what the shop's staff decide. Settings and the 接続キット live in the
database, encrypted with the key file; every change is a new version.`,
	}
	cmd.AddCommand(settingGet(e), settingSet(e), settingImportKit(e), settingPayments(e), settingCloseTest(e))
	return cmd
}

func settingGet(e env) *cobra.Command {
	return &cobra.Command{
		Use:   "get [name…]",
		Short: "print settings; secrets are masked",
		Example: `  kessai setting get
  kessai setting get merchant_id environment`,
		RunE: func(cmd *cobra.Command, names []string) error {
			return withSettings(cmd, e, func(s *setting.Store) error {
				snapshot, err := s.Load(cmd.Context())
				if err != nil {
					return err
				}
				return printSettings(e.Stdout, &snapshot.Values, names)
			})
		},
	}
}

func printSettings(w io.Writer, v *setting.Values, names []string) error {
	entries := v.Entries()
	if len(names) > 0 {
		entries = nil
		for _, name := range names {
			one, err := v.Get(name)
			if err != nil {
				return err
			}
			entries = append(entries, one)
		}
	}
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, one := range entries {
		_, _ = fmt.Fprintf(tw, "%s\t%s\t%s\n", one.Name, one.Value, one.Label) // Flush tells
	}
	return tw.Flush()
}

func settingSet(e env) *cobra.Command {
	keep := false
	cmd := &cobra.Command{
		Use:   "set name=value…",
		Short: "change settings, all of them or none",
		Long: `set changes settings in one version: if one of them is wrong, none is changed. It also creates
or hides the payment methods' rows in 支払方法設定. A value of - is read from standard input, so that a
secret need not stand on the command line.`,
		Example: `  kessai setting set merchant_id=1234 connect_id=conn01 connect_password=- < password.txt
  kessai setting set rollback_target_term=7 confirm_notices=always`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usageError{errors.New("name at least one setting, for example merchant_id=1234")}
			}
			for _, a := range args {
				if !strings.Contains(a, "=") {
					return usageError{fmt.Errorf("%q: write name=value", a)}
				}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return withSettings(cmd, e, func(s *setting.Store) error {
				changes, err := readChanges(e.Stdin, args)
				if err != nil {
					return err
				}
				save := s.Save
				if keep {
					save = s.SaveKeeping
				}
				version, err := save(cmd.Context(), func(v *setting.Values) error {
					for _, c := range changes {
						if err := v.Set(c[0], c[1]); err != nil {
							return err
						}
					}
					return nil
				}, operator)
				if err != nil {
					return err
				}
				_, err = fmt.Fprintf(e.Stdout, "saved as version %d\n", version)
				return err
			})
		},
	}
	cmd.Flags().BoolVar(&keep, "keep-payments", false, "change environment or merchant although payments live in the former one")
	return cmd
}

// readChanges splits name=value; one value may come from standard input.
func readChanges(stdin io.Reader, args []string) ([][2]string, error) {
	var changes [][2]string
	read := false
	for _, a := range args {
		name, value, _ := strings.Cut(a, "=")
		if value == "-" {
			if read {
				return nil, usageError{errors.New("only one value can be read from standard input")}
			}
			read = true
			text, err := io.ReadAll(io.LimitReader(stdin, 64<<10))
			if err != nil {
				return nil, fmt.Errorf("read %s from standard input: %w", name, err)
			}
			value = strings.TrimRight(string(text), "\r\n")
		}
		changes = append(changes, [2]string{name, value})
	}
	return changes, nil
}

func settingImportKit(e env) *cobra.Command {
	return &cobra.Command{
		Use:   "import-kit directory",
		Short: "check a 接続キット and keep it: modenv_properties.conf, the .pem and the .crt",
		Example: `  kessai setting import-kit ./kit
  kessai setting import-kit /path/to/試験環境接続キット`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return withSettings(cmd, e, func(s *setting.Store) error {
				if info, err := os.Stat(args[0]); err != nil || !info.IsDir() {
					return missetError{fmt.Errorf("%s: there is no such directory", args[0])}
				}
				files, err := setting.ReadKit(os.DirFS(args[0]))
				if err != nil {
					return err
				}
				version, err := s.ImportKit(cmd.Context(), files, true, operator)
				if err != nil {
					return err
				}
				for _, f := range files {
					_, _ = fmt.Fprintf(e.Stdout, "kept %s\n", f.Name) // the last line tells
				}
				_, err = fmt.Fprintf(e.Stdout, "saved as version %d\n", version)
				return err
			})
		},
	}
}

func withSettings(cmd *cobra.Command, e env, do func(*setting.Store) error) error {
	return withMigrated(cmd, e, func(c config.Config, d app.Deps, db *database.DB) error {
		_, s, err := app.OpenSettings(cmd.Context(), c, d, db)
		if err != nil {
			return err
		}
		return do(s)
	})
}
