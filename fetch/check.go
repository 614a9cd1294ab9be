package fetch

import "context"

// Check has check judge each answer: its error is returned in the answer's place,
// whose body is closed. With (*Record).Err it is what others call raise_for_status.
// It belongs outside of [Redirect], so that it sees last answers only.
func Check(check func(*Record) error) Layer {
	return func(next Fetcher) Fetcher {
		return FetcherFunc(func(ctx context.Context, req *Request) (*Record, error) {
			rec, err := next.Fetch(ctx, req)
			if err != nil {
				return nil, err
			}
			if err := check(rec); err != nil {
				rec.Body.Close()
				return nil, err
			}
			return rec, nil
		})
	}
}
