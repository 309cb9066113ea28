package interop;

import com.google.gson.Gson;
import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.okhttp.OkHttpChannelBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import profiles.v1.ProfileServiceGrpc;
import profiles.v1.Profiles.WatchMyProfileRequest;
import profiles.v1.Profiles.WatchMyProfileResponse;
import votes.v1.VoteServiceGrpc;
import votes.v1.Votes.Candidate;
import votes.v1.Votes.CastVoteRequest;
import votes.v1.Votes.WatchResultsRequest;
import votes.v1.Votes.WatchResultsResponse;

/** How a Java program calls the votes, with grpc-java: {@code Main http://localhost:8080 netty}, or {@code okhttp}. */
public final class Main {
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final Gson JSON = new Gson();

  public static void main(String[] args) throws Exception {
    URI origin = URI.create(args[0]);
    ManagedChannelBuilder<?> builder =
        args[1].equals("okhttp")
            ? OkHttpChannelBuilder.forAddress(origin.getHost(), origin.getPort())
            : NettyChannelBuilder.forAddress(origin.getHost(), origin.getPort());
    // A real service takes TLS, which is the default.
    ManagedChannel channel = builder.usePlaintext().build();
    try {
      call(origin, channel);
    } finally {
      channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    }
  }

  private static void call(URI origin, ManagedChannel channel) throws Exception {
    var votes = VoteServiceGrpc.newBlockingStub(channel);
    var cats = CastVoteRequest.newBuilder().setCandidate(Candidate.CANDIDATE_CATS).build();

    // Without a token it is refused, and the refusal says why.
    try {
      votes.castVote(cats);
    } catch (StatusRuntimeException refused) {
      System.out.println("refusal: " + reason(refused));
    }

    // The stream: the results as they are, then after each change.
    Iterator<WatchResultsResponse> watch = votes.watchResults(WatchResultsRequest.getDefaultInstance());
    long before = watch.next().getResults().getCats();

    // With a user's token it is taken.
    String idToken = signUp(origin);
    var headers = new Metadata();
    headers.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + idToken);
    var asUser = MetadataUtils.newAttachHeadersInterceptor(headers);
    var cast = votes.withInterceptors(asUser).castVote(cats);
    System.out.println("vote: " + cast.getResults().getCats());
    long after = watch.next().getResults().getCats();
    System.out.println("stream: " + before + " " + after);

    // A stream that is open ends when its user is gone, and says why.
    var profiles = ProfileServiceGrpc.newBlockingStub(channel).withInterceptors(asUser);
    Iterator<WatchMyProfileResponse> profile = profiles.watchMyProfile(WatchMyProfileRequest.getDefaultInstance());
    profile.next();
    identity(origin, "accounts:delete", Map.of("idToken", idToken));
    try {
      profile.forEachRemaining(again -> {});
    } catch (StatusRuntimeException ended) {
      System.out.println("end: " + reason(ended));
    }
  }

  /** The gate's reason for a refusal. */
  private static String reason(StatusRuntimeException error) throws InvalidProtocolBufferException {
    for (Any detail : StatusProto.fromThrowable(error).getDetailsList()) {
      if (detail.is(ErrorInfo.class)) {
        ErrorInfo info = detail.unpack(ErrorInfo.class);
        if (info.getDomain().equals("callgate")) return info.getReason();
      }
    }
    throw error;
  }

  /** Signs a new user up, and returns the ID token. An app does this with Firebase's SDK. */
  private static String signUp(URI origin) throws IOException, InterruptedException {
    String email = "java-" + System.nanoTime() + "@example.com";
    var user = Map.of("email", email, "password", "correct horse", "returnSecureToken", true);
    return (String) identity(origin, "accounts:signUp", user).get("idToken");
  }

  /** Calls the identity provider: https://identitytoolkit.googleapis.com/ where it is Google's. */
  private static Map<?, ?> identity(URI origin, String method, Map<String, ?> request)
      throws IOException, InterruptedException {
    URI url = origin.resolve("/identitytoolkit.googleapis.com/v1/" + method + "?key=local");
    var post =
        HttpRequest.newBuilder(url)
            .header("content-type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(JSON.toJson(request)))
            .build();
    var answer = HTTP.send(post, HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() != 200) throw new IOException(method + ": " + answer.body());
    return JSON.fromJson(answer.body(), Map.class);
  }
}
