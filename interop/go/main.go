// How a Go program calls the votes, with grpc-go:
//
//	go run . http://localhost:8080
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"net/url"
	"os"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	profiles "callgate.example/interop/gen/profiles/v1"
	votes "callgate.example/interop/gen/votes/v1"
)

func main() {
	origin, err := url.Parse(os.Args[1])
	check(err)
	// Against a real service: credentials.NewTLS(nil).
	connection, err := grpc.NewClient(origin.Host, grpc.WithTransportCredentials(insecure.NewCredentials()))
	check(err)
	defer connection.Close()
	client := votes.NewVoteServiceClient(connection)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cats := &votes.CastVoteRequest{Candidate: votes.Candidate_CANDIDATE_CATS}

	// Without a token it is refused, and the refusal says why.
	_, err = client.CastVote(ctx, cats)
	fmt.Println("refusal:", reason(err))

	// The stream: the results as they are, then after each change.
	watch, err := client.WatchResults(ctx, &votes.WatchResultsRequest{})
	check(err)
	before, err := watch.Recv()
	check(err)

	// With a user's token it is taken.
	idToken := signUp(origin)
	asUser := metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+idToken)
	cast, err := client.CastVote(asUser, cats)
	check(err)
	fmt.Println("vote:", cast.Results.Cats)
	after, err := watch.Recv()
	check(err)
	fmt.Println("stream:", before.Results.Cats, after.Results.Cats)

	// A stream that is open ends when its user is gone, and says why.
	profile, err := profiles.NewProfileServiceClient(connection).WatchMyProfile(asUser, &profiles.WatchMyProfileRequest{})
	check(err)
	_, err = profile.Recv()
	check(err)
	identity(origin, "accounts:delete", map[string]any{"idToken": idToken})
	for err == nil {
		_, err = profile.Recv()
	}
	fmt.Println("end:", reason(err))
}

// The gate's reason for a refusal.
func reason(err error) string {
	for _, detail := range status.Convert(err).Details() {
		if info, ok := detail.(*errdetails.ErrorInfo); ok && info.Domain == "callgate" {
			return info.Reason
		}
	}
	log.Fatalf("not a refusal of the gate: %v", err)
	return ""
}

// Signs a new user up, and returns the ID token. An app does this with Firebase's SDK.
func signUp(origin *url.URL) string {
	email := fmt.Sprintf("go-%d@example.com", time.Now().UnixNano())
	user := identity(origin, "accounts:signUp", map[string]any{"email": email, "password": "correct horse", "returnSecureToken": true})
	return user["idToken"].(string)
}

// Calls the identity provider: https://identitytoolkit.googleapis.com/ where it is Google's.
func identity(origin *url.URL, method string, request map[string]any) (answer map[string]any) {
	body, err := json.Marshal(request)
	check(err)
	response, err := http.Post(origin.JoinPath("identitytoolkit.googleapis.com/v1", method).String()+"?key=local", "application/json", bytes.NewReader(body))
	check(err)
	defer response.Body.Close()
	check(json.NewDecoder(response.Body).Decode(&answer))
	if response.StatusCode != http.StatusOK {
		log.Fatalf("%s: %v", method, answer)
	}
	return answer
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
